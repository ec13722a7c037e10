import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { main } from '../../src/cli/main';
import { builtinScenario } from '../../src/scenario/builtin';
import { test } from './support/lab';
import { atRest } from './support/run';

/** What `oomlab run SCENARIO --until kill --json` says in Node. */
async function runInNode(id: string): Promise<{ stateHash: string; kills: { comm: string }[] }> {
  const scenario = builtinScenario(id);
  const folder = mkdtempSync(join(tmpdir(), 'oomlab-'));
  const file = join(folder, `${id}.json`);
  writeFileSync(file, JSON.stringify(scenario));
  let out = '';
  const write = (text: string | Uint8Array): boolean => {
    out += String(text);
    return true;
  };
  const io = { stdin: process.stdin, stdout: { write }, stderr: process.stderr };
  expect(await main(['run', file, '--until', 'kill', '--json'], io as never)).toBe(0);
  rmSync(folder, { recursive: true });
  return JSON.parse(out);
}

describe('the same scenario', () => {
  for (const id of ['crazy-allocator', 'small-one-dies-first']) {
    test(`${id} comes to the same state in Node and in the browser`, async ({ open }) => {
      const node = await runInNode(id);
      expect(node.kills.length).toBeGreaterThan(0);
      const { page } = await open({ query: `scenario=${id}` });
      await atRest(page);
      await page.getByRole('button', { name: 'Run until' }).click();
      await page.getByRole('menuitem', { name: /kill/i }).first().click();
      const killed = page.locator('[data-region="processes"]').getByText(/killed at/);
      await expect.poll(() => killed.count(), { timeout: 90_000 }).toBeGreaterThan(0);
      expect(await atRest(page)).toBe(node.stateHash);
    }, 200_000);
  }
});
