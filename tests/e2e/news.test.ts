import { describe, expect } from 'vitest';
import { axeViolations } from './support/axe';
import { test } from './support/lab';
import { atRest } from './support/run';

describe('the message about a kill that the machine runs past', () => {
  for (const [width, height, query] of [
    [1440, 900, ''],
    [1024, 768, ''],
    [390, 844, ''],
    [1024, 768, '&present=1'],
  ] as const) {
    test(`covers nothing that is needed at ${width}x${height}${query}`, async ({ open }) => {
      const { page } = await open({ query: `scenario=crazy-allocator${query}`, viewport: { width, height } });
      await atRest(page);
      await page.getByRole('button', { name: 'Run', exact: true }).click();
      const message = page.getByRole('region', { name: 'The latest kill' });
      await message.waitFor({ timeout: 30_000 });
      expect(await message.innerText()).toMatch(/^oom_killer_try \(203\) was killed at [\d.]+ s\./);
      // What lies under it: of the page's text and controls, only the name of the page.
      const covered = () =>
        message.evaluate((news) => {
          const box = news.getBoundingClientRect();
          const found: string[] = [];
          for (const element of document.querySelectorAll('body *')) {
            const own = [...element.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.textContent?.trim());
            if (!own && !element.matches('button, input, [role="tab"]')) continue;
            if (element.closest('.news, .vh, .mark') || !element.checkVisibility({ checkVisibilityCSS: true }))
              continue;
            const range = document.createRange();
            range.selectNodeContents(element);
            const rects = element.matches('button, input') ? [element.getBoundingClientRect()] : range.getClientRects();
            for (const { left, right, top, bottom } of rects) {
              if (left < box.right && right > box.left && top < box.bottom && bottom > box.top) {
                found.push(element.textContent || element.outerHTML);
              }
            }
          }
          return found;
        });
      expect(await covered()).toEqual([]);
      const said = page.getByRole('alert').filter({ hasText: 'oom_killer_try (203) was killed' });
      await said.waitFor({ state: 'attached' });
      // With the focus it stays, and at rest nothing moves under axe.
      await message.getByRole('button', { name: 'Why?' }).focus();
      await page.keyboard.press('.');
      await atRest(page);
      expect(await axeViolations(page)).toEqual([]);
      await message.getByRole('button', { name: 'Why?' }).click();
      await page.getByRole('heading', { name: /oom_killer_try/ }).waitFor();
    }, 60_000);
  }
});
