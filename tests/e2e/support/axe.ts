import axe from 'axe-core';
import type { Page } from 'playwright-core';

const COLOURS = ['color-contrast', 'link-in-text-block'];

/**
 * Runs axe over the page as it is, with the rules of WCAG 2.2 at A and AA and axe's own best practices.
 *
 * @param look only the rules that another theme can break: those about colours
 * @returns one line for each element that violates a rule: the rule, what is wrong, and where; empty when none does
 */
export async function axeViolations(page: Page, look = false): Promise<string[]> {
  // Evaluated through the debugger: a script element would be refused by the page's content security policy.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source);
  const violations = await page.evaluate(
    async (colours) => {
      const { axe: inPage } = window as unknown as { axe: typeof import('axe-core') };
      return (
        await inPage.run(document, {
          // The one rule of WCAG 2.2 at AA is off unless asked for.
          ...(colours ? { runOnly: colours } : { rules: { 'target-size': { enabled: true } } }),
          resultTypes: ['violations'],
          // There is nothing to be fetched, and no frame.
          preload: false,
          iframes: false,
        })
      ).violations;
    },
    look ? COLOURS : null,
  );
  return violations.flatMap(({ id, help, nodes }) => nodes.map(({ target }) => `${id}: ${help} (${target.join(' ')})`));
}
