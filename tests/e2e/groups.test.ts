import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { axeViolations } from './support/axe';
import { test } from './support/lab';
import { atRest } from './support/run';

async function runUntilKill(page: Page): Promise<string> {
  const before = await atRest(page);
  await page.getByRole('button', { name: 'Run until' }).click();
  await page.getByRole('menuitem', { name: /next kill/ }).click();
  return atRest(page, before);
}

const row = (page: Page, name: RegExp) => page.getByRole('treeitem', { name });

describe('control groups', () => {
  test('a first one is made, a limit written, a program launched in it dies at that limit, another is moved in; undo takes it all back', async ({
    open,
  }) => {
    const { page } = await open({ query: 'scenario=crazy-allocator' });
    await atRest(page);
    await page.getByRole('button', { name: 'Control groups…' }).click();
    await page.getByRole('textbox', { name: 'Name of the new group in /' }).fill('box');
    await page.keyboard.press('Enter');
    await row(page, /^box 0 B.*0 processes/).waitFor();
    // The field belonged to the group above; who is at the keyboard goes on in the new one.
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('/box');
    const max = page.getByRole('textbox', { name: 'memory.max of /box' });
    await max.fill('lots');
    await max.press('Enter');
    await page.getByText('The kernel refuses "lots" for memory.max of /box').waitFor();
    await max.fill('32M');
    await max.press('Enter');
    await expect.poll(() => max.inputValue()).toBe('32M');
    await page.getByRole('button', { name: 'Sizes…' }).click();
    await page.getByLabel('Program').selectOption('crazy-allocator');
    await page.getByLabel('control group', { exact: true }).selectOption('/box');
    await page.getByRole('button', { name: 'Launch', exact: true }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });

    await runUntilKill(page);
    await page.getByText(/Memory cgroup out of memory: Killed process \d+ \(oom_killer_try\)/).waitFor();
    await row(page, /^box ✕ oom_kill 1 .* of 32 MiB/).waitFor();

    await page.getByRole('button', { name: /^postgres \d+: details/ }).press('Enter');
    await page.getByRole('button', { name: '/box', exact: true }).press('Enter');
    await page.getByRole('button', { name: /^postgres .*: move to another group/ }).waitFor();
    // The first one may come before the details have the focus back.
    const details = page.getByRole('dialog');
    for (let i = 0; i < 20 && (await details.count()) > 0; i++) {
      await page.keyboard.press('Escape');
      await page.waitForTimeout(200);
    }
    for (let i = 0; i < 4; i++) {
      const before = await atRest(page);
      await page.getByRole('button', { name: /^Undo/ }).first().click();
      await atRest(page, before);
    }
    await expect.poll(() => page.getByRole('treeitem').count()).toBe(1);
  }, 120_000);

  test('arrow keys go through the tree, and who dies next is asked of the group', async ({ open }) => {
    const { page } = await open({ query: 'scenario=container-limit&view=groups' });
    await runUntilKill(page);
    await row(page, /^db/).focus();
    await page.keyboard.press('End');
    await expect.poll(() => row(page, /^web/).getAttribute('aria-selected')).toBe('true');
    await page.locator('[data-region="who-dies-next"]').getByText('in /web: of 24,576 points (its limits)').waitFor();
    await page.keyboard.press('ArrowLeft');
    await page.getByText('The root has no limits of its own').waitFor();
  }, 90_000);

  for (const [theme, width, height] of [
    ['light', 1440, 900],
    ['dark', 390, 844],
  ] as const) {
    test(`axe finds nothing, ${theme} at ${width}x${height}`, async ({ open }) => {
      const { page } = await open({
        query: `scenario=all-or-nothing&view=groups&theme=${theme}`,
        viewport: { width, height },
      });
      await runUntilKill(page);
      await row(page, /^job/).click();
      await page.getByText('memory.stat', { exact: true }).click();
      await page
        .getByText('workingset_refault_file')
        .or(page.getByText('active_anon', { exact: true }))
        .first()
        .waitFor();
      await page.mouse.move(0, 0);
      expect(await axeViolations(page)).toEqual([]);
      const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(wider).toBeLessThanOrEqual(0);
    }, 90_000);
  }
});
