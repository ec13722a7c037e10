import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { test as base, inject } from 'vitest';
import { BROWSER_ARGS } from '../../../scripts/lib/browser.mjs';

/** How to open the lab. */
export interface OpenOptions extends BrowserContextOptions {
  /** Query of the address, without the question mark: `scenario=thrashing&theme=dark`. */
  query?: string;
  /** Fragment of the address, without the hash: `s=...`. */
  hash?: string;
}

/** A page of the lab together with what went wrong in it. */
export interface Lab {
  page: Page;
  /** Uncaught exceptions, console errors, refused loads and requests that left the page's own origin, as text. */
  problems: string[];
}

export interface LabFixtures {
  /** One browser for a whole file. */
  browser: Browser;
  /**
   * Opens the lab in a browser context of its own (nothing stored, 1440x900 unless told otherwise). The contexts close
   * after the test; a page that had a problem fails it. A test that provokes one empties `problems`.
   */
  open: (options?: OpenOptions) => Promise<Lab>;
}

/** `test` of Vitest with the lab in a browser: `test('boots', async ({ open }) => { const { page } = await open(); })`. */
export const test = base.extend<LabFixtures>({
  browser: [
    // biome-ignore lint/correctness/noEmptyPattern: a fixture's first parameter must be a destructuring pattern
    async ({}, use) => {
      const browser = await chromium.launch({ executablePath: inject('browserPath'), args: BROWSER_ARGS });
      await use(browser);
      await browser.close();
    },
    { scope: 'file' },
  ],
  open: async ({ browser }, use) => {
    const opened: { lab: Lab; close: () => Promise<void> }[] = [];
    await use(async ({ query = '', hash = '', ...contextOptions } = {}) => {
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...contextOptions });
      const page = await context.newPage();
      const lab = { page, problems: watch(page) };
      opened.push({ lab, close: () => context.close() });
      await page.goto(inject('baseUrl') + (query && `?${query}`) + (hash && `#${hash}`));
      return lab;
    });
    // Gathered before the contexts close, since closing aborts what still loads.
    const problems = opened.flatMap(({ lab }) => lab.problems);
    for (const { close } of opened) await close();
    if (problems.length > 0) throw new Error(`problems in the page:\n${problems.join('\n')}`);
  },
});

/** Collects what a user would only find in the developer tools, violations of the content security policy included. */
function watch(page: Page): string[] {
  const problems: string[] = [];
  const origin = new URL(inject('baseUrl')).origin;
  page.on('pageerror', (error) => problems.push(`exception: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    const url = request.url();
    if (!/^(data|blob):/.test(url) && new URL(url).origin !== origin) problems.push(`left the origin: ${url}`);
  });
  page.on('requestfailed', (request) => {
    const why = request.failure()?.errorText;
    // A reload in the middle of a load aborts it: nothing is wrong then.
    if (why !== 'net::ERR_ABORTED') problems.push(`failed: ${request.url()} (${why})`);
  });
  return problems;
}
