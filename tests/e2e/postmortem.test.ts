import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { MODERN } from '../report/samples';
import { axeViolations } from './support/axe';
import { test } from './support/lab';

const field = (page: Page) => page.getByLabel('Kernel log with an OOM report');

async function explain(page: Page, text: string): Promise<void> {
  await field(page).fill(text);
  await page.getByRole('button', { name: 'Explain' }).click();
}

describe('the post-mortem', () => {
  test('is opened over the lab, explains a pasted report, and leaves the machine as it was', async ({ open }) => {
    const { page } = await open({ query: 'scenario=crazy-allocator' });
    const hash = () => page.locator('[data-state-hash]').getAttribute('data-state-hash');
    await expect.poll(hash, { timeout: 60_000 }).not.toBe('');
    const before = await hash();
    await page.getByRole('button', { name: 'Post-mortem' }).click();
    await explain(page, MODERN);
    await page.getByRole('heading', { level: 1, name: /^worker-b \(720\) was killed, as the rules say:/ }).waitFor();
    const victim = page.locator('tr[data-victim]');
    expect(await victim.count()).toBe(1);
    expect(await victim.innerText()).toMatch(/worker-b 720[\s\S]*✕ killed, and our pick/);
    expect(await page.locator('.pm-tasks tbody tr').first().innerText()).toMatch(/worker-b/);
    expect(await page.locator('.pm-agree').innerText()).toMatch(/^agrees/);
    await page.getByText('2,700 free ≤ 2,750 min + 0 reserve').waitFor();
    await page.getByText(/would have saved it; loader \(711\) would have died instead/).waitFor();
    expect(page.url()).not.toMatch(/worker|oom-killer|720/);
    await page.getByRole('button', { name: 'Back to the lab' }).click();
    await expect.poll(hash, { timeout: 60_000 }).toBe(before);
    expect(page.url()).not.toMatch(/postmortem/);
  }, 120_000);

  test('shows where the rules and the kernel differ, and both rows', async ({ open }) => {
    const { page } = await open({ query: 'postmortem' });
    // The kernel is said to have killed the second in rank.
    await explain(
      page,
      MODERN.replaceAll('worker-b,pid=720', 'loader,pid=711').replaceAll('720 (worker-b)', '711 (loader)'),
    );
    await page.getByRole('heading', { level: 1, name: /^loader \(711\) was killed, not the one/ }).waitFor();
    expect(await page.locator('.pm-agree').innerText()).toMatch(/^differs[\s\S]*worker-b \(720\)[\s\S]*loader \(711\)/);
    expect(await page.locator('tr[data-victim]').innerText()).toMatch(/loader 711/);
    expect(await page.locator('tr[data-predicted]').innerText()).toMatch(/worker-b 720[\s\S]*our pick/);
  }, 60_000);

  test('lists the reports of a file, and says in a sentence when there is none', async ({ open }) => {
    const { page } = await open({ query: 'postmortem' });
    await explain(page, 'Nov 3 10:00:00 host sshd[1]: hello\n');
    await expect.poll(() => page.getByRole('alert').first().innerText()).toMatch(/^No OOM report in this text\.$/);
    await page.locator('input[type="file"]').setInputFiles({
      name: 'kern.log',
      mimeType: 'text/plain',
      buffer: Buffer.from(`${MODERN}${MODERN.replaceAll('worker-b', 'worker-c')}`),
    });
    const list = page.getByRole('navigation', { name: 'Reports in this log' });
    await list.getByRole('button', { name: /^worker-c \(720\)/ }).click();
    await page.getByRole('heading', { level: 1, name: /^worker-c \(720\) was killed/ }).waitFor();
    expect(await list.getByRole('button').count()).toBe(2);
  }, 60_000);

  test('is in the menu of a phone, and the browser goes back from it', async ({ open }) => {
    const { page } = await open({ viewport: { width: 390, height: 844 } });
    await page.getByRole('button', { name: 'More' }).click();
    await page.getByRole('button', { name: 'Post-mortem' }).click();
    await explain(page, MODERN);
    await page.getByRole('heading', { level: 1, name: /worker-b/ }).waitFor();
    await page.goBack();
    await page.getByRole('button', { name: 'More' }).waitFor();
  }, 60_000);

  for (const [theme, width, height] of [
    ['light', 1440, 900],
    ['dark', 1440, 900],
    ['light', 390, 844],
    ['dark', 390, 844],
  ] as const) {
    test(`axe finds nothing, ${theme} at ${width}x${height}`, async ({ open }) => {
      const { page } = await open({ query: `postmortem&theme=${theme}`, viewport: { width, height } });
      await field(page).waitFor();
      expect(await axeViolations(page)).toEqual([]);
      await explain(page, MODERN + MODERN);
      await page.getByRole('heading', { level: 1, name: /worker-b/ }).waitFor();
      expect(await axeViolations(page)).toEqual([]);
      const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(wider).toBeLessThanOrEqual(0);
    }, 90_000);
  }
});
