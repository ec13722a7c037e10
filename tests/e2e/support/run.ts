import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** The hash of the state once the lab stands still, at another one than `not`. */
export async function atRest(page: Page, not = ''): Promise<string> {
  const root = page.locator('[data-state-hash]');
  await expect
    .poll(async () => ['', not].includes((await root.getAttribute('data-state-hash')) ?? ''), { timeout: 60_000 })
    .toBe(false);
  return (await root.getAttribute('data-state-hash')) ?? '';
}

/** Runs to a landmark of the menu; the hash of the state there. */
export async function runTo(page: Page, landmark: RegExp): Promise<string> {
  const before = await atRest(page);
  await page.getByRole('button', { name: 'Run until' }).click();
  await page.getByRole('menuitem', { name: landmark }).click();
  return atRest(page, before);
}
