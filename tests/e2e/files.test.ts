import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { MODERN } from '../report/samples';
import { test } from './support/lab';
import { atRest, runTo } from './support/run';

/** What an action of the palette hands over: each file's name and its bytes. */
async function saved(page: Page, action: string, files = 1): Promise<{ name: string; bytes: Buffer }[]> {
  const names: Promise<{ name: string; bytes: Buffer }>[] = [];
  const taken = new Promise<void>((done) => {
    page.on('download', (it) => {
      names.push(it.path().then((path) => ({ name: it.suggestedFilename(), bytes: readFileSync(path) })));
      if (names.length === files) done();
    });
  });
  await page.keyboard.press('Control+k');
  await page.getByRole('searchbox', { name: /Search actions/ }).fill(action);
  await page.getByRole('menuitem', { name: action }).click();
  await taken;
  page.removeAllListeners('download');
  return Promise.all(names);
}

/** Drops a file on the page, as from the desktop. */
async function drop(page: Page, selector: string, name: string, text: string): Promise<void> {
  const data = await page.evaluateHandle(
    ([fileName, content]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([content], fileName));
      return transfer;
    },
    [name, text],
  );
  await page.dispatchEvent(selector, 'dragover', { dataTransfer: data });
  await page.dispatchEvent(selector, 'drop', { dataTransfer: data });
}

describe('what is on the screen can be had as files', () => {
  test('pictures as SVG, which stand alone, and as PNG; the series as CSV', async ({ open }) => {
    const { page } = await open({ query: 'scenario=crazy-allocator', acceptDownloads: true });
    await runTo(page, /kswapd wakes/);

    const pictures = await saved(page, 'Save pictures as SVG', 2);
    const svg = pictures.find(({ name }) => name.endsWith('.svg'))?.bytes.toString() ?? '';
    expect(svg).toMatch(/^<svg|^<\?xml/);
    expect(svg).toContain('anon');
    // Nothing in it refers to the page: no class, no variable, and every pattern that is used comes along.
    expect(svg).not.toMatch(/var\(--|class="/);
    for (const [, id] of svg.matchAll(/url\([&quot;"']*#([^)"'&]+)/g)) expect(svg).toContain(`id="${id}"`);

    for (const { name, bytes } of await saved(page, 'Save pictures as PNG', 2)) {
      expect(name).toMatch(/\.png$/);
      expect([...bytes.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
      // Width and height stand in the header.
      expect(Math.min(bytes.readUInt32BE(16), bytes.readUInt32BE(20))).toBeGreaterThan(100);
    }

    const [csv] = await saved(page, 'Save series as CSV');
    const [head, ...rows] = csv.bytes.toString().trimEnd().split('\n');
    expect(head.split(',')).toEqual(expect.arrayContaining(['t', 'free', 'swapUsed']));
    expect(rows.length).toBeGreaterThan(3);
    const times = rows.map((row) => Number(row.split(',')[head.split(',').indexOf('t')]));
    expect(times).toEqual([...times].sort((a, b) => a - b));
  }, 120_000);

  test('a machine that was saved as a file is opened where it is dropped, with what was done to it', async ({
    open,
  }) => {
    const { page } = await open({ query: 'scenario=crazy-allocator', acceptDownloads: true });
    const begin = await atRest(page);
    const field = page.getByRole('spinbutton', { name: /^oom_score_adj of postgres / });
    const before = await runTo(page, /kswapd wakes/);
    await field.fill('700');
    await field.press('Enter');
    await atRest(page, before);
    const [scenario] = await saved(page, 'Save scenario as file');
    const [session] = await saved(page, 'Save session');
    expect(JSON.parse(scenario.bytes.toString())).toMatchObject({ format: 'oomlab/scenario@1' });
    expect(JSON.parse(session.bytes.toString()).commands).toHaveLength(1);

    const elsewhere = await open({ query: 'scenario=leaky-server' });
    const other = await atRest(elsewhere.page);
    await drop(elsewhere.page, 'body', scenario.name, scenario.bytes.toString());
    expect(await atRest(elsewhere.page, other)).toBe(begin);
  }, 120_000);
});

describe('a file that is dropped', () => {
  test('on the lab is read by what is in it: a log opens the post-mortem', async ({ open }) => {
    const { page } = await open({ query: 'scenario=crazy-allocator' });
    const hash = await atRest(page);
    await drop(page, '[data-region="lab"]', 'kern.log', MODERN);
    await page.getByRole('heading', { level: 1, name: /^worker-b \(720\) was killed/ }).waitFor();
    await page.getByRole('button', { name: 'Back to the lab' }).click();
    expect(await atRest(page)).toBe(hash);
  }, 60_000);

  test('on the lab and is no machine leaves the one that is open, and says what is wrong', async ({ open }) => {
    const { page } = await open({ query: 'scenario=crazy-allocator' });
    const hash = await atRest(page);
    await drop(
      page,
      '[data-region="lab"]',
      'broken.json',
      '{"format": "oomlab/scenario@1", "machine": {"ram": "lots"}}',
    );
    await page
      .getByText(/broken\.json.*ram/)
      .first()
      .waitFor();
    expect(await atRest(page)).toBe(hash);
  }, 60_000);

  test('on the post-mortem is explained there', async ({ open }) => {
    const { page } = await open({ query: 'postmortem' });
    await page.getByLabel('Kernel log with an OOM report').waitFor();
    await drop(page, 'main', 'kern.log', MODERN);
    await page.getByRole('heading', { level: 1, name: /^worker-b \(720\) was killed/ }).waitFor();
  }, 60_000);
});
