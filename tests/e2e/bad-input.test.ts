import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { axeViolations } from './support/axe';
import { test } from './support/lab';
import { atRest } from './support/run';

/** The sentence of the notice that is shown. */
async function notice(page: Page): Promise<string> {
  const box = page.locator('.notices');
  await expect.poll(() => box.innerText().catch(() => ''), { timeout: 20_000 }).not.toBe('');
  return box.innerText();
}

describe('bad input gets one clear sentence, and nothing is lost', () => {
  test('a damaged link opens the default lab', async ({ open }) => {
    const { page } = await open({ hash: 's=this-is-no-session' });
    expect(await notice(page)).toMatch(/link/i);
    await atRest(page);
    expect(await page.getByText('Leaky server').count()).toBeGreaterThan(0);
  }, 60_000);

  test('an unknown scenario opens the default lab', async ({ open }) => {
    const { page } = await open({ query: 'scenario=no-such-thing' });
    expect(await notice(page)).toMatch(/no-such-thing/);
    await atRest(page);
    expect(await page.getByText('Leaky server').count()).toBeGreaterThan(0);
  }, 60_000);

  for (const [what, text, says] of [
    ['that is no JSON', '{ oops', /JSON/],
    ['of a machine without memory', scenarioFile({ ram: 0 }), /machine\.ram|RAM/],
    ['of a machine larger than the model', scenarioFile({ ram: '256GiB' }), /64 GiB/],
    ['with an unknown sysctl', scenarioFile({ sysctl: { 'vm.nonsense': 1 } }), /vm\.nonsense/],
  ] as const) {
    test(`a file ${what} leaves the running machine as it was`, async ({ open }) => {
      const { page } = await open({ query: 'scenario=crazy-allocator' });
      const before = await atRest(page);
      await page
        .locator('input[type="file"]')
        .first()
        .setInputFiles({
          name: 'bad.json',
          mimeType: 'application/json',
          buffer: Buffer.from(text),
        });
      expect(await notice(page)).toMatch(says);
      expect(await atRest(page)).toBe(before);
    }, 60_000);
  }
});

function scenarioFile(machine: object): string {
  return JSON.stringify({
    format: 'oomlab/scenario@1',
    id: 'bad',
    title: 'Bad',
    machine: { ram: '512MiB', swap: null, cpus: 1, ...machine },
    processes: [],
  });
}

describe('accessibility', () => {
  for (const [theme, width, height] of [
    ['light', 1440, 900],
    ['dark', 1440, 900],
    ['light', 390, 844],
    ['dark', 1024, 768],
  ] as const) {
    test(`axe finds nothing in the lab, ${theme} at ${width}x${height}`, async ({ open }) => {
      const { page } = await open({
        query: `scenario=crazy-allocator&theme=${theme}`,
        viewport: { width, height },
      });
      await atRest(page);
      expect(await axeViolations(page)).toEqual([]);
    }, 90_000);
  }
});
