import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { axeViolations } from './support/axe';
import { test } from './support/lab';
import { atRest } from './support/run';

/** Runs the crazy allocator out of memory, and has tab-1 die in a second future. */
async function fork(page: Page): Promise<{ first: string; second: string }> {
  const begin = await atRest(page);
  await page.getByRole('button', { name: 'Run until' }).click();
  await page.getByRole('menuitem', { name: /next kill/ }).click();
  const first = await atRest(page, begin);
  await page.keyboard.press('k');
  await page.getByRole('button', { name: /^Replay from/ }).click();
  await page.getByRole('heading', { level: 1, name: /^tab-1 is killed/ }).waitFor({ timeout: 30_000 });
  const second = await atRest(page, first);
  await page.keyboard.press('Escape');
  return { first, second };
}

describe('when the past is changed', () => {
  test('both futures are kept, and one goes back and forth between them', async ({ open }) => {
    const { page } = await open({ query: 'scenario=crazy-allocator' });
    const { first, second } = await fork(page);
    expect(second).not.toBe(first);
    const futures = page.getByRole('combobox', { name: 'Future' });
    expect(await futures.locator('option').allInnerTexts()).toEqual([
      expect.stringMatching(/^1\/2\sas it was; oom_killer_try dies$/),
      expect.stringMatching(/^2\/2\s1\.0\d\d s: oom_killer_try adj −\d+; tab-1 dies$/),
    ]);
    await futures.selectOption('0');
    expect(await atRest(page, second)).toBe(first);
    await page
      .getByText(/Out of memory: Killed process \d+ \(oom_killer_try\)/)
      .first()
      .waitFor();
    await futures.selectOption('1');
    expect(await atRest(page, first)).toBe(second);

    // The one that is not open is drawn, and can be forgotten.
    await page
      .getByRole('img', { name: /Broken lines: 1 other future\./ })
      .waitFor({ state: 'attached', timeout: 20_000 });
    await page.getByRole('button', { name: 'Forget a future' }).press('Enter');
    await page.getByRole('menuitem', { name: /^1\/2\sas it was/ }).press('Enter');
    await expect.poll(() => futures.count()).toBe(0);
    expect(await atRest(page)).toBe(second);
  }, 120_000);

  for (const [theme, width, height] of [
    ['light', 1440, 900],
    ['dark', 390, 844],
  ] as const) {
    test(`two machines run side by side, and axe finds nothing, ${theme} at ${width}x${height}`, async ({ open }) => {
      const { page } = await open({ query: `scenario=crazy-allocator&theme=${theme}` });
      await fork(page);
      await page.locator('[data-region="futures"]').getByRole('button', { name: 'Compare' }).click();
      await page.setViewportSize({ width, height });
      const side = (letter: string) => page.getByRole('region', { name: `Machine ${letter}` });
      for (const letter of ['A', 'B'])
        await side(letter)
          .getByText(/^postgres 201$/)
          .waitFor({ timeout: 30_000 });
      await page.getByRole('button', { name: 'Until a kill' }).click();
      await side('A')
        .getByText(/oom_killer_try$/)
        .first()
        .waitFor({ timeout: 60_000 });
      await side('B')
        .getByText(/tab-1$/)
        .first()
        .waitFor({ timeout: 60_000 });
      await side('B').getByText('≠ dies only here').waitFor();
      const killed = page.getByRole('row', { name: /^processes killed/ });
      // How many die at once is each machine's own; the row counts both and says whether they differ.
      expect(await killed.innerText()).toMatch(/\d\s+\d\s+(same|[+−-]\d)/);

      // In lock step: both stand at the moment of the clock, give or take a turn.
      await page.getByRole('button', { name: 'Run both' }).click();
      const clock = page.locator('.cmp-bar .clock');
      const before = await clock.innerText();
      await expect.poll(() => clock.innerText(), { timeout: 20_000 }).not.toBe(before);
      await page.getByRole('button', { name: 'Pause both' }).click();
      await expect.poll(() => page.getByRole('row', { name: /^free pages/ }).innerText()).toMatch(/[+−]/);
      await page.mouse.move(0, 0);
      expect(await axeViolations(page)).toEqual([]);
      const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(wider).toBeLessThanOrEqual(0);

      await side('B').getByRole('combobox', { name: 'Machine B' }).selectOption('scenario:leaky-server');
      await side('B')
        .getByText(/^leakyd/)
        .first()
        .waitFor({ timeout: 60_000 });
      await page.getByRole('button', { name: 'Back to the lab' }).click();
      await atRest(page);
    }, 120_000);
  }
});
