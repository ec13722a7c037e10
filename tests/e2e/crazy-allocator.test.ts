import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { test } from './support/lab';
import { atRest } from './support/run';

async function runUntilKill(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Run until' }).click();
  await page.getByRole('menuitem', { name: /kill/i }).first().click();
  await expect
    .poll(
      () =>
        page
          .locator('[data-region="processes"]')
          .getByText(/killed at/)
          .count(),
      { timeout: 60_000 },
    )
    .toBeGreaterThan(0);
  await atRest(page);
}

/** comm of the process that the last "Killed process" line of the kernel log names. */
async function lastKilled(page: Page): Promise<string> {
  await page.getByRole('tab', { name: 'Kernel log' }).click();
  const text = await page.getByRole('tabpanel', { name: 'Kernel log' }).innerText();
  const kills = [...text.matchAll(/Killed process \d+ \(([^)]*)\)/g)];
  return kills.at(-1)?.[1] ?? '';
}

describe('the crazy allocator', () => {
  test('runs the machine out of memory and dies; with another adj another process dies; stepping back revives it', async ({
    open,
  }) => {
    const { page } = await open({ query: 'scenario=crazy-allocator' });
    await atRest(page);

    await runUntilKill(page);
    expect(await lastKilled(page)).toBe('oom_killer_try');
    const log = await page.getByRole('tabpanel', { name: 'Kernel log' }).innerText();
    expect(log).toMatch(
      /invoked oom-killer: gfp_mask=0x[0-9a-f]+\(GFP_HIGHUSER_MOVABLE\|__GFP_COMP\|__GFP_ZERO\), order=0/,
    );
    expect(log).toContain('Mem-Info:');
    expect(log).toMatch(/oom-kill:constraint=CONSTRAINT_NONE/);

    // Step back over the kill: it lives again.
    const slider = page.getByRole('slider', { name: /^oom_score_adj of oom_killer_try/ });
    expect(await slider.count()).toBe(0);
    const at = await page.locator('[data-state-hash]').getAttribute('data-state-hash');
    await page.getByRole('button', { name: 'Step back' }).click();
    await expect.poll(() => slider.count(), { timeout: 20_000 }).toBe(1);
    expect(await atRest(page)).not.toBe(at);
    await expect
      .poll(() =>
        page
          .locator('[data-region="processes"]')
          .getByText(/killed at/)
          .count(),
      )
      .toBe(0);

    // From the beginning, with the allocator protected: a tab at +300 ranks first and dies.
    await page.getByRole('button', { name: 'Reset' }).click();
    await page.getByRole('button', { name: 'Run until' }).click();
    await page
      .getByRole('menuitem', { name: /kswapd/i })
      .first()
      .click();
    await expect.poll(() => slider.count(), { timeout: 20_000 }).toBe(1);
    await atRest(page);
    const field = page.getByRole('spinbutton', { name: /^oom_score_adj of oom_killer_try/ });
    await field.fill('-900');
    await field.press('Enter');
    await expect.poll(() => slider.inputValue()).toBe('-900');
    await runUntilKill(page);
    expect(await lastKilled(page)).toBe('tab-1');
  }, 180_000);

  test('an adj of 1001 is refused in one sentence and nothing is lost', async ({ open }) => {
    const { page } = await open({ query: 'scenario=crazy-allocator' });
    await page.getByRole('button', { name: 'Run until' }).click();
    await page
      .getByRole('menuitem', { name: /kswapd/i })
      .first()
      .click();
    const field = page.getByRole('spinbutton', { name: /^oom_score_adj of postgres/ });
    await expect.poll(() => field.count(), { timeout: 20_000 }).toBe(1);
    const before = await atRest(page);
    await field.fill('1001');
    await field.press('Enter');
    await expect.poll(() => page.getByText(/1000/).count()).toBeGreaterThan(0);
    expect(await atRest(page)).toBe(before);
  }, 60_000);
});
