import { describe, expect } from 'vitest';
import { axeViolations } from './support/axe';
import { test } from './support/lab';
import { atRest } from './support/run';

describe('by keyboard', () => {
  test('the palette finds actions, machines and processes, and gives the focus back', async ({ open }) => {
    const { page } = await open();
    await atRest(page);
    await page.keyboard.press('Control+k');
    const search = page.getByRole('searchbox', { name: /Search actions/ });
    await search.fill('lru');
    await page.getByRole('menuitem', { name: /LRU lists/ }).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('[data-region="lab"]').getAttribute('data-view')).toBe('lru');
    await page.keyboard.press('Control+k');
    await search.fill('biggest surv');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: /^Machine.*The biggest survives/ }).waitFor();
  }, 60_000);

  test('keys without Control can be switched off, and those with it go on to work', async ({ open }) => {
    const { page } = await open();
    await atRest(page);
    await page.keyboard.press('?');
    await page.getByRole('checkbox', { name: /Keys without Ctrl/ }).uncheck();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('2');
    await page.keyboard.press('Control+k');
    await page.getByRole('searchbox', { name: /Search actions/ }).waitFor();
    expect(await page.locator('[data-region="lab"]').getAttribute('data-view')).toBe('pyramid');
  }, 60_000);
});

describe('the sheet of settings', () => {
  test('finds a setting, writes it, marks what is changed and says in a sentence what is refused', async ({ open }) => {
    const { page } = await open();
    const hash = await atRest(page);
    await page.keyboard.press('s');
    await page.getByRole('searchbox', { name: 'Search settings' }).fill('swappiness');
    const field = page.getByRole('textbox', { name: 'vm.swappiness' });
    await field.fill('999');
    await field.press('Enter');
    await page.locator('.knob-row', { hasText: 'The kernel refuses "999" for vm.swappiness' }).waitFor();
    expect(await page.locator('[data-state-hash]').getAttribute('data-state-hash')).toBe(hash);
    await field.fill('0');
    await field.press('Enter');
    await atRest(page, hash);
    await page.getByRole('button', { name: 'Set vm.swappiness back to 60' }).waitFor();
    expect(await axeViolations(page)).toEqual([]);
  }, 60_000);

  test('has every setting of the machine, each with its effect, and finds nothing wrong on a phone', async ({
    open,
  }) => {
    const { page } = await open({ viewport: { width: 390, height: 844 } });
    await atRest(page);
    await page.keyboard.press('s');
    const rows = page.locator('.knob-row');
    await rows.first().waitFor();
    expect(await rows.count()).toBeGreaterThan(25);
    expect(await page.getByText('A file of the kernel that the model has.').count()).toBe(0);
    expect(await axeViolations(page)).toEqual([]);
  }, 60_000);
});

describe('for an audience', () => {
  for (const [width, height] of [
    [1440, 900],
    [1024, 768],
    [960, 600],
  ]) {
    test(`presenting at ${width}x${height} all is larger, the log is gone, and the head is scrubbed where it is seen`, async ({
      open,
    }) => {
      const { page } = await open({ query: 'present=1&theme=projector', viewport: { width, height } });
      await atRest(page);
      if (width < 1000) await page.getByRole('tab', { name: 'Timeline' }).click();
      await page.locator('[data-region="timeline"]').waitFor();
      if (width >= 1000) {
        expect(await page.locator('[data-region="log"]').count()).toBe(0);
        for (const region of ['processes', 'memory-pyramid', ...(width === 1440 ? ['allocation-path'] : [])]) {
          expect(await page.locator(`[data-region="${region}"]`).isVisible(), region).toBe(true);
        }
      }
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      expect(await axeViolations(page)).toEqual([]);
      await page.keyboard.press('p');
      await expect.poll(() => page.locator('[data-region="log"], [role="tab"]').count()).toBeGreaterThan(0);
    }, 60_000);
  }

  for (const width of [1024, 1100, 1280, 1440]) {
    test(`presenting ${width} px wide, the bar has the machine's whole name and runs into nothing`, async ({
      open,
    }) => {
      const { page } = await open({ query: 'present=1&scenario=another-year', viewport: { width, height: 900 } });
      await atRest(page);
      const cut = await page.locator('.picker-title').evaluate((title) => ({
        right: title.scrollWidth - title.clientWidth,
        below: title.scrollHeight - title.clientHeight,
        bar: Math.max(0, (title.closest('.bar')?.scrollWidth ?? 0) - (title.closest('.bar')?.clientWidth ?? 0)),
      }));
      expect(cut).toEqual({ right: 0, below: 0, bar: 0 });
    }, 60_000);
  }

  test('inside another page the lab has only what moves the machine', async ({ open }) => {
    const { page } = await open({ query: 'embed=1' });
    await atRest(page);
    expect(await page.getByRole('button', { name: 'Run', exact: true }).isVisible()).toBe(true);
    expect(await page.getByRole('button', { name: 'Share' }).count()).toBe(0);
    expect(await axeViolations(page)).toEqual([]);
  }, 60_000);
});

describe('on a tablet and up', () => {
  for (const width of [768, 834, 959, 960, 1024, 1200, 1366, 1440]) {
    test(`${width} px wide, the bar has all its buttons, and the machine's whole name`, async ({ open }) => {
      const { page } = await open({ query: 'scenario=another-year', viewport: { width, height: 1100 } });
      await atRest(page);
      const bar = page.getByRole('banner');
      const right = await bar.evaluate((element) =>
        Math.max(...[...element.querySelectorAll('button')].map((b) => b.getBoundingClientRect().right)),
      );
      expect(right).toBeLessThanOrEqual(width);
      const title = bar.locator('.picker-title');
      expect(await title.evaluate((t) => [t.scrollWidth > t.clientWidth, t.scrollHeight > t.clientHeight + 1])).toEqual(
        [false, false],
      );
      // What opens beside the page leaves the bar to be used.
      await page.keyboard.press('s');
      const sheet = page.getByRole('searchbox', { name: 'Search settings' });
      await sheet.waitFor();
      const share = await bar.getByRole('button', { name: 'Share' }).boundingBox();
      await page.mouse.click((share?.x ?? 0) + 10, (share?.y ?? 0) + 10);
      await page.getByRole('status').filter({ hasText: /link/i }).first().waitFor();
      expect(await axeViolations(page)).toEqual([]);
    }, 60_000);
  }
});
