import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { MODERN } from '../report/samples';
import { axeViolations } from './support/axe';
import { test } from './support/lab';
import { atRest, runTo } from './support/run';

/**
 * Every screen at every size, each in one theme; with OOMLAB_AXE=all (`npm run axe`) the colours in all three.
 */
const ALL = process.env.OOMLAB_AXE === 'all' ? (['light', 'dark', 'projector'] as const) : [];
const SIZES = [
  [1440, 900, 'light'],
  [1024, 768, 'dark'],
  [390, 844, 'projector'],
  // 1440x900, magnified to twice its size.
  ...(ALL.length > 0 ? ([[720, 450, 'light']] as const) : []),
] as const;

/** Where a region is behind a tab. */
async function tab(page: Page, name: string): Promise<void> {
  const it = page.getByRole('tab', { name, exact: true });
  if ((await it.count()) > 0) await it.first().click();
}

describe('axe finds nothing, with the rules of WCAG 2.2 AA,', () => {
  for (const [width, height, theme] of SIZES) {
    test(`on any screen at ${width}x${height}`, async ({ open }) => {
      const { page } = await open({
        query: `scenario=crazy-allocator&theme=${theme}`,
        viewport: { width, height },
        reducedMotion: 'reduce',
      });
      const found: string[] = [];
      const check = async (screen: string): Promise<void> => {
        const looked = async (look: string): Promise<void> => {
          await page.evaluate((name) => {
            document.documentElement.dataset.theme = name;
          }, look);
          for (const line of await axeViolations(page, look !== theme)) found.push(`${screen}, ${look}: ${line}`);
        };
        for (const look of ALL) if (look !== theme) await looked(look);
        await looked(theme);
      };
      /** Opens something, looks at it, and closes it. */
      const opened = async (screen: string, by: () => Promise<void>): Promise<void> => {
        await by();
        const over = page.locator('[role="dialog"], [role="menu"], aside.settings').first();
        await over.waitFor();
        await check(screen);
        await page.keyboard.press('Escape');
        await over.waitFor({ state: 'detached' });
      };
      const key = (name: string) => async () => {
        await page.locator('body').click({ position: { x: 2, y: 2 } });
        await page.keyboard.press(name);
      };
      const button = (name: RegExp) => page.getByRole('button', { name }).first();

      await atRest(page);
      await check('lab');
      await opened('palette', key('Control+k'));
      await opened('help and agreement', key('?'));
      await opened('settings', key('s'));
      await opened('landmarks', () => button(/^Run until/).click());
      if (width >= 768) await opened('machines', () => button(/^Machine:/).click());
      if (width < 768) await opened('more', () => button(/^More/).click());
      await tab(page, 'Processes');
      await check('processes');
      await opened('launch', () => button(/^Sizes/).click());
      await opened('details', () => button(/details$/).click());
      if (width < 768) await tab(page, 'Memory');
      await runTo(page, /next kill/);
      await check('lab after a kill');
      for (const [name, digit] of [
        ['page map', '2'],
        ['lru lists', '3'],
        ['groups', '4'],
      ]) {
        await key(digit)();
        await expect.poll(() => page.locator('[data-region="lab"]').getAttribute('data-view')).not.toBe('pyramid');
        await check(name);
      }
      await key('1')();
      await button(/^Show as table/).click();
      await check('table');
      await button(/^Show as picture/).click();
      await key('k')();
      await page.locator('[data-region="kill-inspector"] h1').waitFor();
      await check('kill inspector');
      await page.keyboard.press('Escape');
      if (width < 1200) {
        await tab(page, 'Path');
        await check('path');
        if (width < 768) {
          await tab(page, 'Timeline');
          await check('timeline');
        }
        await tab(page, 'Log');
      }
      await check('kernel log');
      await tab(page, 'Tracepoints');
      await check('tracepoints');
      await tab(page, '/proc files');
      await check('proc files');
      await key('p')();
      await page.locator('.lab.present').waitFor();
      await check('presenting');
      await key('p')();

      const { origin } = new URL(page.url());
      await page.goto(`${origin}/?compare&theme=${theme}`);
      await page.getByRole('button', { name: /^Until a kill/ }).waitFor();
      await check('compare');
      await page.goto(`${origin}/?postmortem&theme=${theme}`);
      const field = page.getByLabel('Kernel log with an OOM report');
      await field.waitFor();
      await check('post-mortem without a report');
      await field.fill(MODERN);
      await button(/^Explain/).click();
      await page.locator('tr[data-victim]').waitFor();
      await check('post-mortem');
      await page.goto(`${origin}/?embed=1&theme=${theme}`);
      await atRest(page);
      await check('embedded');
      expect(found).toEqual([]);
    }, 600_000);
  }
});
