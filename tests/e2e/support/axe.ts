import axe from 'axe-core';
import type { Page } from 'playwright-core';

/**
 * Runs axe over the page as it is, with the rules of WCAG 2.2 at A and AA and axe's own best practices.
 *
 * @returns one line for each element that violates a rule: the rule, what is wrong, and where; empty when none does
 */
export async function axeViolations(page: Page): Promise<string[]> {
  // Evaluated through the debugger: a script element would be refused by the page's content security policy.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source);
  const violations = await page.evaluate(async () => {
    const { axe: inPage } = window as unknown as { axe: typeof import('axe-core') };
    // The one rule of WCAG 2.2 at AA is off unless asked for.
    return (await inPage.run(document, { rules: { 'target-size': { enabled: true } }, resultTypes: ['violations'] }))
      .violations;
  });
  return violations.flatMap(({ id, help, nodes }) => nodes.map(({ target }) => `${id}: ${help} (${target.join(' ')})`));
}
