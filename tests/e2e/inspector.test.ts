import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { axeViolations } from './support/axe';
import { test } from './support/lab';
import { atRest, runTo } from './support/run';

const runUntilKill = (page: Page): Promise<string> => runTo(page, /next kill/);

const sheet = (page: Page) => page.locator('[data-region="kill-inspector"]');

/** Presses Tab until the element with this accessible name has the focus. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate(() => {
      const e = document.activeElement;
      return e?.getAttribute('aria-label') ?? e?.textContent ?? '';
    });
    if (name.test(focused)) return;
  }
  throw new Error(`no ${name} within 60 presses of Tab`);
}

/** In the page: presses Stop as soon as a search has an answer; from here the press could come after its end. */
function stopAtFirstRow(): void {
  const watch = new MutationObserver(() => {
    if (!document.querySelector('.ki-trials tbody tr')) return;
    watch.disconnect();
    document.querySelector<HTMLButtonElement>('.ki-search button')?.click();
  });
  watch.observe(document.body, { childList: true, subtree: true });
}

describe('the kill inspector', () => {
  test('by keyboard alone: opened, walked through, another victim computed, and the past changed to it', async ({
    open,
  }) => {
    const { page } = await open({ query: 'scenario=crazy-allocator' });
    await runUntilKill(page);
    const end = await atRest(page);

    await page.keyboard.press('k');
    await page.getByRole('heading', { level: 1, name: /oom_killer_try asks for one page/ }).waitFor();
    expect(await sheet(page).locator('tr.vic').innerText()).toMatch(/oom_killer_try[\s\S]*✕ chosen/);

    await tabTo(page, /^Previous task$/);
    await page.keyboard.press('Enter');
    await page.getByText(/^Best so far: tab-1 with 4\d,\d{3} points\.$/).waitFor();
    expect(await sheet(page).locator('tr.ahead').count()).toBe(1);
    await tabTo(page, /^Next task$/);
    await page.keyboard.press('Enter');
    expect(await sheet(page).locator('tr.ahead').count()).toBe(0);

    await tabTo(page, /^Try another oom_score_adj of oom_killer_try/);
    await page.keyboard.press('PageDown');
    const answer = sheet(page).locator('.ki-answer');
    await expect.poll(() => answer.innerText(), { timeout: 30_000 }).toMatch(/tab-1 dies and gives back \d/);
    expect(await answer.innerText()).toMatch(/The next OOM comes .* later and takes \w|There is no other OOM within/);
    // Computed on another machine: this one stands where it stood.
    expect(await atRest(page)).toBe(end);

    await tabTo(page, /^Replay from/);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: /^tab-1 is killed so that oom_killer_try can have/ }).waitFor();
    await atRest(page);

    await page.keyboard.press('Escape');
    await expect.poll(() => sheet(page).count()).toBe(0);
  }, 120_000);

  test('a stage leads to its moment, and the memory comes back', async ({ open }) => {
    const { page } = await open({ query: 'scenario=crazy-allocator' });
    await runUntilKill(page);
    const end = await atRest(page);
    await page
      .getByRole('button', { name: /^Why was oom_killer_try/ })
      .first()
      .click();
    await page.getByRole('button', { name: 'Run until it has' }).click();
    await page.locator('[data-region="reaper"] svg[role="img"]').waitFor({ timeout: 30_000 });
    const gone = await atRest(page, end);
    await expect
      .poll(() => sheet(page).locator('[data-region="stages"] [aria-current]').innerText(), { timeout: 20_000 })
      .toMatch(/oom_reaper[\s\S]*not needed: gone after/);
    await page.getByRole('button', { name: /^out_of_memory\(\).*: go to/ }).click();
    await atRest(page, gone);
    const killed = page.locator('[data-region="processes"]').getByText(/killed at|✕ killed/);
    await expect.poll(() => killed.count(), { timeout: 20_000 }).toBe(0);
    // The report stays: the future is known.
    await sheet(page).getByText('Total swap = 0kB').waitFor();
  }, 120_000);

  for (const [theme, width, height] of [
    ['light', 1440, 900],
    ['dark', 1440, 900],
    ['light', 390, 844],
    ['dark', 390, 844],
  ] as const) {
    test(`axe finds nothing, ${theme} at ${width}x${height}`, async ({ open }) => {
      const { page } = await open({ query: `scenario=crazy-allocator&theme=${theme}`, viewport: { width, height } });
      await runUntilKill(page);
      await page.keyboard.press('k');
      await page.getByRole('heading', { level: 1, name: /oom_killer_try asks for one page/ }).waitFor();
      await page.getByRole('button', { name: 'Run until it has' }).click();
      await page.locator('[data-region="reaper"] svg[role="img"]').waitFor({ timeout: 30_000 });
      for (const numbers of await sheet(page).locator('summary').all()) await numbers.click();
      // What is pointed at fades the rest.
      await page.mouse.move(0, 0);
      expect(await axeViolations(page)).toEqual([]);
      const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(wider).toBeLessThanOrEqual(0);
    }, 90_000);
  }
});

describe('the swap that would have been enough', () => {
  test('is found, and opens a machine in which nobody dies there; the machine before is kept', async ({ open }) => {
    const { page } = await open({ query: 'scenario=leaky-server' });
    const end = await runUntilKill(page);
    await page.keyboard.press('k');
    await page.getByRole('button', { name: 'More swap?' }).press('Enter');
    const enter = page.getByRole('button', { name: /^Open it with \d+ MiB more swap, at / });
    await enter.press('Enter', { timeout: 90_000 });
    await expect.poll(() => sheet(page).count()).toBe(0);
    await atRest(page, end);

    // Seconds on, the one that died there lives, and the kernel has said nothing.
    const seconds = async () => {
      const [, min, sec] = /(\d+):(\d+)/.exec(await page.locator('.clock').innerText()) ?? [];
      return 60 * Number(min) + Number(sec);
    };
    const there = await seconds();
    expect(there).toBeGreaterThan(10);
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await expect.poll(seconds, { timeout: 60_000 }).toBeGreaterThan(there + 3);
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    const survived = await atRest(page);
    expect(await page.getByText('The kernel has said nothing yet.').count()).toBe(1);
    expect(await page.getByRole('button', { name: /^leakyd \d+: details$/ }).count()).toBe(1);

    // Back, after a reload too: the same kill at the same moment.
    await page.reload();
    await atRest(page);
    await page.getByRole('button', { name: /^Machine:/ }).click();
    await page.getByRole('menuitemradio', { name: /^Back to the machine before/ }).click();
    expect(await atRest(page, survived)).toBe(end);
  }, 180_000);
});

describe('a kill for the limit of a group', () => {
  test('is shown as that, with all that died, and with the memory.max that would have been enough', async ({
    open,
  }) => {
    const { page } = await open({ query: 'scenario=all-or-nothing' });
    await runUntilKill(page);
    const end = await atRest(page);
    await page.keyboard.press('k');
    await page
      .getByRole('heading', { level: 1, name: 'leakyd and 3 others die because /job has reached its limit' })
      .waitFor();
    await sheet(page).getByText('49,152 pages charged + 1 > 49,152 memory.max').waitFor();
    expect(await sheet(page).locator('[data-region="oom-group"] li').count()).toBe(4);
    expect(await sheet(page).locator('[data-region="task-walk"] tbody tr').count()).toBe(4);

    // Found by replay, which can be given up; what is known by then stays.
    await page.evaluate(stopAtFirstRow);
    await page.getByRole('button', { name: 'A higher memory.max?' }).press('Enter');
    await sheet(page).getByText('Stopped. So far:').waitFor({ timeout: 60_000 });
    await sheet(page)
      .getByRole('row', { name: /^memory\.max 16 MiB higher leakyd dies, [\d.]+ s later/ })
      .waitFor();
    expect(await atRest(page)).toBe(end);
    await page.mouse.move(0, 0);
    expect(await axeViolations(page)).toEqual([]);
  }, 120_000);
});
