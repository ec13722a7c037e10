import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { encodeReport } from '../../src/report/link';
import { CGROUP_V1, CGROUP_V2_64K, MODERN } from '../report/samples';
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
    await page
      .getByRole('heading', { level: 1, name: /^worker-b \(720\) was killed because RAM and swap were full/ })
      .waitFor();
    const victim = page.locator('tr[data-victim]');
    expect(await victim.count()).toBe(1);
    expect(await victim.innerText()).toMatch(/worker-b 720[\s\S]*✕ killed/);
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
    await page
      .getByRole('heading', {
        level: 1,
        name: /^loader \(711\) was killed because .* By the rules it should have been/,
      })
      .waitFor();
    expect(await page.locator('.pm-agree').innerText()).toMatch(/^differs[\s\S]*worker-b \(720\)[\s\S]*loader \(711\)/);
    expect(await page.locator('tr[data-victim]').innerText()).toMatch(/loader 711/);
    expect(await page.locator('tr[data-predicted]').innerText()).toMatch(/worker-b 720[\s\S]*our pick/);
  }, 60_000);

  test('lists the reports of a file, and says in a sentence when there is none', async ({ open }) => {
    const { page } = await open({ query: 'postmortem' });
    await explain(page, 'Nov 3 10:00:00 host sshd[1]: hello\n');
    await expect
      .poll(() => page.getByRole('alert').first().innerText())
      .toMatch(/^No OOM report in this text\. A report begins/);
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

  test('takes the machine of a report to the lab, where the same process dies, and Back returns', async ({ open }) => {
    const { page } = await open({ query: 'postmortem' });
    await explain(page, MODERN);
    await page.getByRole('button', { name: 'Load this machine into the lab' }).click();
    await page.getByText('The machine on which worker-b (720) was killed').first().waitFor({ timeout: 60_000 });
    expect(page.url()).not.toMatch(/postmortem|worker/);
    // The button that led here is gone; the next one to press has the focus.
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Run');
    await page.getByRole('button', { name: /^Run until/ }).click();
    await page.getByRole('menuitem', { name: /kill/ }).first().click();
    await page
      .getByText(/Killed process 720 \(worker-b\)/)
      .first()
      .waitFor({ timeout: 90_000 });
    await page.goBack();
    await page.getByRole('heading', { level: 1, name: /^worker-b \(720\) was killed/ }).waitFor();
  }, 180_000);

  test('loads a cgroup with its limit into the lab, where it kills the same process', async ({ open }) => {
    const { page } = await open({ query: 'postmortem' });
    await explain(page, CGROUP_V1);
    await page.getByText(/the machine around it, which is made up/).waitFor();
    await page.getByRole('button', { name: 'Load this machine into the lab' }).click();
    await page.getByText('The machine on which miner (4242) was killed').first().waitFor({ timeout: 60_000 });
    await page.getByRole('button', { name: /^Run until/ }).click();
    await page.getByRole('menuitem', { name: /kill/ }).first().click();
    await page
      .getByText(/Killed process 4242 \(miner\)/)
      .first()
      .waitFor({ timeout: 90_000 });
  }, 180_000);

  test('says why a machine cannot be rebuilt', async ({ open }) => {
    const { page } = await open({ query: 'postmortem' });
    await explain(page, CGROUP_V2_64K);
    const button = page.getByRole('button', { name: 'Load this machine into the lab' });
    await button.waitFor();
    expect(await button.isDisabled()).toBe(true);
    await page.getByText(/Its pages have 65,536 bytes/).waitFor();
  }, 60_000);

  test('shows who would have died: a marker moved by keys, another task, more swap', async ({ open }) => {
    const { page } = await open({ query: 'postmortem' });
    await explain(page, MODERN);
    const what = page.locator('.pm-whatif');
    const marker = what.getByRole('slider', { name: 'oom_score_adj of worker-b (720)' });
    await marker.focus();
    await page.keyboard.press('Home');
    await what.getByText('loader (711) dies').first().waitFor();
    expect(await what.locator('.pm-strip').first().innerText()).toMatch(/adj −1,000 \(it was 0\): loader \(711\) dies/);
    await what.getByRole('combobox').selectOption('700');
    await what.getByText('my editor (x) (700) dies').first().waitFor();
    const swap = what.getByRole('slider', { name: 'More swap' });
    await swap.focus();
    await page.keyboard.press('ArrowRight');
    await what.getByText(/this request would have been served.*same victim, later/).waitFor();
  }, 60_000);

  test('tells several reports as one story', async ({ open }) => {
    const { page } = await open({ query: 'postmortem' });
    const at = (text: string, time: string) => text.trimEnd().replace(/^/gm, `[  ${time}00000] `);
    const second = MODERN.replaceAll('worker-b', 'worker-c');
    await explain(page, `${at(MODERN, '100.0')}\n${at(second, '130.0')}\n${at(MODERN, '900.0')}\n`);
    const story = page.locator('.pm-story');
    await story.getByText('worker-b was killed 2 times.').waitFor();
    expect(await story.locator('tbody tr').count()).toBe(3);
    expect(await story.locator('tbody tr').first().innerText()).toMatch(/no: the next kill came 30\.0 s later/);
    await story.getByRole('button', { name: '[900.000]' }).click();
    const lines = MODERN.trimEnd().split('\n').length;
    await page.getByText(`OOM report at line ${2 * lines + 1}`).waitFor();
  }, 60_000);

  test('puts the report into a link only when asked, and the link opens it', async ({ open }) => {
    const { page } = await open({ query: 'postmortem' });
    await explain(page, `nothing of this\n${MODERN}nor of that\n`);
    await page.getByRole('heading', { level: 1, name: /worker-b/ }).waitFor();
    expect(page.url()).not.toMatch(/#/);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Copy link with this report' }).click();
    await page.getByText(/The link is on the clipboard\. It holds the text/).waitFor();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    expect(link).toMatch(/\?postmortem#r=[\w-]+$/);
    expect(page.url()).not.toMatch(/#/);
    await page.goto('about:blank');
    await page.goto(link);
    await page.getByRole('heading', { level: 1, name: /^worker-b \(720\) was killed/ }).waitFor({ timeout: 60_000 });
    // Another link in the place of the first, as one pastes it over the address.
    const other = encodeReport(MODERN.replaceAll('worker-b', 'worker-e'));
    await page.evaluate((code) => {
      location.hash = `r=${code}`;
    }, other);
    await page.getByRole('heading', { level: 1, name: /^worker-e/ }).waitFor();
  }, 90_000);

  test('is given a log by paste and by drop', async ({ open }) => {
    const { page } = await open({ query: 'postmortem' });
    await field(page).focus();
    await page.evaluate((text) => {
      const data = new DataTransfer();
      data.setData('text/plain', text);
      document.activeElement?.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true }));
    }, MODERN);
    await page.getByRole('heading', { level: 1, name: /^worker-b/ }).waitFor();
    await page.evaluate(
      (text) => {
        const data = new DataTransfer();
        data.items.add(new File([text], 'kern.log', { type: 'text/plain' }));
        document.querySelector('.pm')?.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true }));
      },
      MODERN.replaceAll('worker-b', 'worker-d'),
    );
    await page.getByRole('heading', { level: 1, name: /^worker-d/ }).waitFor();
  }, 60_000);

  test('reads a log of 50 MB, says how far it is, and gives up when asked', async ({ open }) => {
    const { page } = await open({ query: 'postmortem' });
    const folder = mkdtempSync(path.join(tmpdir(), 'oomlab-'));
    try {
      const name = path.join(folder, 'messages');
      const noise = Array.from(
        { length: 5000 },
        (_, i) => `Jan 12 03:04:05 host-1 nginx[${i}]: 10.0.0.${i % 250} - - "GET /page/${i} HTTP/1.1" 200 ${i * 7}`,
      ).join('\n');
      const report = MODERN.trimEnd().replace(/^/gm, 'Jan 12 03:04:06 host-1 kernel: ');
      const file = openSync(name, 'w');
      for (let size = 0; size < 50e6; size += noise.length + report.length + 2)
        writeSync(file, `${noise}\n${report}\n`);
      closeSync(file);
      const input = page.locator('input[type="file"]');
      await input.setInputFiles(name);
      await page.getByRole('button', { name: 'Cancel' }).click({ timeout: 30_000 });
      await field(page).waitFor();
      expect(await page.getByRole('progressbar').count()).toBe(0);
      // How far it is was shown on the way: what is seen of it depends on the computer.
      await page.evaluate(() => {
        const seen = { most: 0, bars: 0 };
        Object.assign(globalThis, { seen });
        new MutationObserver(() => {
          const bar = document.querySelector('progress');
          if (bar) seen.bars++;
          if (bar) seen.most = Math.max(seen.most, bar.value);
        }).observe(document.body, { subtree: true, childList: true, attributes: true });
      });
      await input.setInputFiles(name);
      await page.getByRole('heading', { level: 1, name: /^worker-b/ }).waitFor({ timeout: 120_000 });
      const seen = await page.evaluate(() => (globalThis as unknown as { seen: { most: number; bars: number } }).seen);
      expect(seen.bars).toBeGreaterThan(0);
      expect(seen.most).toBeGreaterThan(0);
      expect(await page.getByRole('status').first().innerText()).toMatch(/lines read, [\d,]+ of them in \d+ reports/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 240_000);

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
