import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { test } from './support/lab';
import { atRest } from './support/run';

/** More stops than the lab has. */
const MOST = 80;

/** Presses Tab, or Shift+Tab, until the element with this accessible name has the focus; nothing is clicked. */
async function tabTo(page: Page, name: RegExp, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  for (let i = 0; i < MOST; i++) {
    await page.keyboard.press(key);
    const focused = await page.evaluate(() => {
      const e = document.activeElement;
      return e?.getAttribute('aria-label') ?? e?.textContent ?? '';
    });
    if (name.test(focused)) return;
  }
  throw new Error(`no ${name} within ${MOST} presses of ${key}`);
}

/** From the top of the page: the menu, its line, Enter. */
async function runUntil(page: Page, line: RegExp): Promise<string> {
  const before = await atRest(page);
  await tabTo(page, /^Run until$/);
  await page.keyboard.press('Enter');
  await page.getByRole('menu', { name: 'Run until' }).waitFor();
  for (let i = 0; ; i++) {
    const item = await page.evaluate(() => document.activeElement?.textContent ?? '');
    if (line.test(item)) break;
    if (i > 10) throw new Error(`no ${line} in the menu`);
    await page.keyboard.press('ArrowDown');
  }
  await page.keyboard.press('Enter');
  return atRest(page, before);
}

/** comm and pid of the process that the kernel log says was killed last. */
async function killed(page: Page): Promise<{ comm: string; pid: string }> {
  const line = page.getByText(/Out of memory: Killed process \d+ \(/).last();
  await line.waitFor();
  const [, pid, comm] = /Killed process (\d+) \(([^)]*)\)/.exec(await line.innerText()) ?? [];
  return { comm, pid };
}

describe('by keyboard alone', () => {
  test('the machine is run until the kill, reset, and made to kill another process', async ({ open }) => {
    const { page } = await open({ query: 'scenario=crazy-allocator' });
    await runUntil(page, /next kill/);
    const first = await killed(page);
    expect(first.comm).toBe('oom_killer_try');

    // Whoever ranks first now comes next.
    const next = page.locator('.rank.top .rank-name span');
    const heir = await next.innerText();
    expect(heir).not.toBe(first.comm);

    const end = await atRest(page);
    await tabTo(page, /^Reset$/, 'Shift+Tab');
    await page.keyboard.press('Enter');
    await atRest(page, end);
    await runUntil(page, /kswapd wakes/);

    // The field, which comes after the slider.
    await tabTo(page, new RegExp(`^oom_score_adj of ${heir} `));
    await page.keyboard.type('1000');
    await page.keyboard.press('Enter');
    await expect.poll(() => next.innerText()).toBe(heir);

    await runUntil(page, /next kill/);
    expect((await killed(page)).comm).toBe(heir);
    expect(await page.locator(`.proc[data-pid="${first.pid}"]`).getAttribute('data-state')).not.toMatch(
      /killed|exiting/,
    );
  }, 180_000);

  test('all regions are reached in their order, and a process that is never chosen gets its row back', async ({
    open,
  }) => {
    const { page } = await open({ query: 'scenario=crazy-allocator' });
    await runUntil(page, /kswapd wakes/);
    await tabTo(page, /^oom_score_adj of sshd /);
    await page.keyboard.type('5');
    await page.keyboard.press('Enter');
    // The row has a slider now, and its field still has the focus.
    await page.getByRole('slider', { name: /^oom_score_adj of sshd / }).waitFor();
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toMatch(/of sshd /);
    await tabTo(page, /leaky server/);
    await tabTo(page, /Page map|Pyramid/);
    await tabTo(page, /^Time$/);
    await tabTo(page, /Kernel log/);
  }, 120_000);

  test('the pyramid, the page map and the lists are switched, and the theme, and help opens and closes', async ({
    open,
  }) => {
    const { page } = await open();
    await atRest(page);
    const lab = page.locator('[data-region="lab"]');
    for (const [key, view] of [
      ['2', 'map'],
      ['3', 'lru'],
      ['1', 'pyramid'],
    ]) {
      await page.keyboard.press(key);
      await expect.poll(() => lab.getAttribute('data-view')).toBe(view);
    }
    const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
    const before = await theme();
    await page.keyboard.press('t');
    await expect.poll(theme).not.toBe(before);
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
  }, 60_000);
});
