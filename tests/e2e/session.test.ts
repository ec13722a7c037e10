import { describe, expect } from 'vitest';
import { test } from './support/lab';
import { atRest, runTo } from './support/run';

describe('nothing is lost', () => {
  test('a reload goes on where the page was, with what was done; undo and redo take it back and again', async ({
    open,
  }) => {
    const { page } = await open({ query: 'scenario=crazy-allocator' });
    const before = await runTo(page, /kswapd wakes/);
    const field = page.getByRole('spinbutton', { name: /^oom_score_adj of postgres / });
    await field.fill('700');
    await field.press('Enter');
    const after = await atRest(page, before);
    await page.reload();
    await page.getByText(/Here you were/).waitFor();
    expect(await atRest(page)).toBe(after);
    await page.locator('body').click({ position: { x: 5, y: 5 } });
    // What was there when the page was opened is its beginning: a new change can be undone.
    await field.fill('300');
    await field.press('Enter');
    const third = await atRest(page, after);
    await field.evaluate((e: HTMLElement) => e.blur());
    await page.keyboard.press('Control+z');
    expect(await atRest(page, third)).toBe(after);
    await page.keyboard.press('Control+Shift+Z');
    expect(await atRest(page, after)).toBe(third);
  }, 120_000);

  test('a worker that dies is replaced by one that stands where it stood', async ({ open }) => {
    const { page, problems } = await open({ query: 'scenario=crazy-allocator' });
    const hash = await runTo(page, /kswapd wakes/);
    const [worker] = page.workers();
    await worker.evaluate(() => {
      setTimeout(() => {
        throw new Error('killed by a test');
      }, 0);
    });
    await page
      .getByText(/killed by a test/)
      .first()
      .waitFor();
    await expect.poll(() => page.workers().includes(worker)).toBe(false);
    expect(await atRest(page)).toBe(hash);
    problems.length = 0;
  }, 120_000);
});
