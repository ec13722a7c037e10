import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { test } from './support/lab';

/** When the page's files are kept, and the page is served from them where there is no network. */
const kept = (page: Page): Promise<void> =>
  page.evaluate(async () => {
    const { serviceWorker } = navigator;
    await serviceWorker.ready;
    if (serviceWorker.controller) return;
    await new Promise((done) => serviceWorker.addEventListener('controllerchange', done, { once: true }));
  });

describe('without a network', () => {
  test('a page that is open opens its other parts, and opens again with all that is in its address', async ({
    open,
  }) => {
    const { page } = await open({ query: 'scenario=leaky-server' });
    await kept(page);
    await page.context().setOffline(true);
    // What the page asks for when it believes that there is a network.
    expect(await page.evaluate(() => fetch('./precache.json', { cache: 'no-store' }).then((r) => r.ok))).toBe(true);
    await page.getByRole('button', { name: 'Post-mortem' }).click();
    await page.getByLabel('Kernel log with an OOM report').waitFor();
    await page.getByRole('button', { name: 'Back to the lab' }).click();

    await page.reload();
    // Started by its worker, which is kept, too.
    await page
      .getByRole('banner')
      .getByText(/leaky server/i)
      .waitFor();
    await page
      .getByText(/MiB RAM/)
      .first()
      .waitFor();
  });

  test('nothing but the files of this build is kept', async ({ open }) => {
    const { page } = await open();
    await kept(page);
    const { names, paths } = await page.evaluate(async () => {
      const all = await caches.keys();
      const cache = await caches.open(all[0]);
      return { names: all, paths: (await cache.keys()).map((it) => new URL(it.url).pathname) };
    });
    expect(names).toHaveLength(1);
    expect(paths).toContain('/');
    expect(paths).toContain('/agreement.json');
    expect(paths.filter((it) => it.startsWith('/assets/')).length).toBeGreaterThan(20);
    expect(
      paths.filter((it) => !/^\/($|assets\/|agreement\.json$|precache\.json$|icon\.svg$|schema\/)/.test(it)),
    ).toEqual([]);
  });
});
