import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** Waits until the machine stands still, in another state than `not`; the hash of that state. */
export async function paused(page: Page, not = ''): Promise<string> {
  const root = page.locator('[data-state-hash]');
  await expect
    .poll(async () => ['', not].includes((await root.getAttribute('data-state-hash')) ?? ''), { timeout: 60_000 })
    .toBe(false);
  return (await root.getAttribute('data-state-hash')) ?? '';
}
