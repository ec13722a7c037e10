// `npm run shots -- [--only NAME]... [--size WxH]... [--theme NAME]... [--out FOLDER]`: pictures of the lab's screens,
// in three themes and three sizes, into shots/. What a screen needs and does not find makes it a printed line, no error.

import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs, stripVTControlCharacters } from 'node:util';
import { BROWSER_ARGS, ensureBrowser } from './lib/browser.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { ROOT } from './lib/root.mjs';
import { serve } from './lib/server.mjs';
import { DIST, ensureBuilt } from './lib/site.mjs';

/** @typedef {import('playwright-core').Page} Page */

/**
 * @typedef {object} Screen
 * @property {string} name of the picture
 * @property {string} [query] of the address, without the question mark
 * @property {number} [below] for widths under this only: a region that wider screens show anyway
 * @property {(page: Page) => Promise<unknown>} prepare brings the page, just loaded, to what the picture shows
 */

const THEMES = ['light', 'dark', 'projector'];
const SIZES = ['1440x900', '1024x768', '390x844'];
/** How long a control may take to appear. */
const CONTROL_MS = 3_000;
/** How long a run until the OOM kill may take. */
const RUN_MS = 60_000;

/** Below this width a screen shows one region at a time, with tabs at the bottom. */
const NARROW = 768;
/** Below this width the right column becomes tabs of the left one. */
const MEDIUM = 1200;

/** @type {Screen[]} */
const SCREENS = [
  { name: 'lab', prepare: async () => {} },
  { name: 'lab-oom', prepare: (page) => runUntil(page, /kill/i) },
  { name: 'lab-processes', below: NARROW, prepare: (page) => region(page, 'Processes') },
  { name: 'lab-path', below: MEDIUM, prepare: (page) => runUntil(page, /kill/i).then(() => region(page, 'Path')) },
  {
    name: 'lab-timeline',
    below: NARROW,
    prepare: (page) => runUntil(page, /kill/i).then(() => region(page, 'Timeline')),
  },
  { name: 'lab-map', query: 'view=map', prepare: (page) => runUntil(page, /swap-out/i) },
  { name: 'lab-lru', query: 'view=lru', prepare: (page) => runUntil(page, /swap-out/i) },
  {
    name: 'menu-run-until',
    prepare: (page) => runUntil(page, /kswapd/i).then(() => button(page, /^run until/i).click()),
  },
  { name: 'menu-machine', prepare: (page) => openMore(page).then(() => button(page, /^machine/i).click()) },
  { name: 'launch', prepare: (page) => region(page, 'Processes').then(() => button(page, /^sizes/i).click()) },
  { name: 'details', prepare: (page) => region(page, 'Processes').then(() => button(page, /details$/i).click()) },
  { name: 'proc-files', prepare: (page) => region(page, 'Log').then(() => tab(page, '/proc files').click()) },
  { name: 'kernel-log', prepare: (page) => runUntil(page, /kill/i).then(() => region(page, 'Log')) },
  {
    name: 'tracepoints',
    prepare: (page) =>
      runUntil(page, /kill/i)
        .then(() => region(page, 'Log'))
        .then(() => tab(page, 'Tracepoints').click()),
  },
  { name: 'settings', prepare: openKnobs },
  { name: 'palette', prepare: (page) => page.keyboard.press('Control+k') },
  { name: 'present', query: 'present=1', prepare: (page) => runUntil(page, /kill/i) },
  { name: 'embed', query: 'embed=1', prepare: (page) => runUntil(page, /kswapd/i) },
  { name: 'help', prepare: (page) => page.keyboard.press('?') },
  { name: 'table', prepare: (page) => runUntil(page, /kill/i).then(() => button(page, /^show as table/i).click()) },
];

/**
 * @param {Page} page
 * @param {RegExp} name
 */
function button(page, name) {
  return page.getByRole('button', { name }).first();
}

/**
 * @param {Page} page
 * @param {string} name
 */
function tab(page, name) {
  return page.getByRole('tab', { name, exact: true });
}

/** @param {Page} page */
const widthOf = (page) => page.viewportSize()?.width ?? 0;

/**
 * Brings a region to the screen where it is behind a tab.
 *
 * @param {Page} page
 * @param {'Processes' | 'Path' | 'Timeline' | 'Log'} name
 */
async function region(page, name) {
  const width = widthOf(page);
  if (width >= MEDIUM || (width >= NARROW && name === 'Timeline')) return;
  await tab(page, name).click();
}

/**
 * What a phone keeps behind one button.
 *
 * @param {Page} page
 */
async function openMore(page) {
  if (widthOf(page) < NARROW) await button(page, /^more/i).click();
}

/** @param {Page} page */
async function openKnobs(page) {
  await page.keyboard.press('s');
}

/**
 * Runs to a landmark. The state's hash is there whenever the lab is paused, and gone while it runs.
 *
 * @param {Page} page
 * @param {RegExp} landmark
 */
async function runUntil(page, landmark) {
  const hash = page.locator('[data-state-hash]');
  const before = await hash.getAttribute('data-state-hash');
  await button(page, /^run until/i).click();
  await page.getByRole('menuitem', { name: landmark }).click();
  await page.waitForFunction(
    (old) => {
      const now = document.querySelector('[data-state-hash]')?.getAttribute('data-state-hash');
      return now !== '' && now !== old;
    },
    before,
    { timeout: RUN_MS },
  );
}

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    size: { type: 'string', multiple: true },
    theme: { type: 'string', multiple: true },
    out: { type: 'string', default: 'shots' },
  },
});

/** @param {string} text */
function parseSize(text) {
  const [width, height] = text.split('x').map(Number);
  if (!(width > 0 && height > 0)) throw new Error(`--size ${text}: expected WIDTHxHEIGHT, such as 1440x900`);
  return { width, height };
}

const screens = SCREENS.filter(({ name }) => options.only?.includes(name) ?? true);
const sizes = (options.size ?? SIZES).map((text) => ({ text, viewport: parseSize(text) }));
const out = path.resolve(ROOT, options.out);
if (screens.length === 0) throw new Error(`no such screen; there are ${SCREENS.map(({ name }) => name).join(', ')}`);

ensureInstalled();
ensureBuilt();
mkdirSync(out, { recursive: true });
const { chromium } = await import('playwright-core');
const server = await serve(DIST);
const browser = await chromium.launch({ executablePath: ensureBrowser(), args: BROWSER_ARGS });
let taken = 0;
let skipped = 0;
for (const theme of options.theme ?? THEMES) {
  for (const { text, viewport } of sizes) {
    for (const screen of screens) {
      if (screen.below && viewport.width >= screen.below) continue;
      const picture = `${screen.name}-${text}-${theme}.png`;
      const why = await takePicture(screen, theme, viewport, path.join(out, picture));
      if (why === null) taken++;
      else skipped++;
      console.log(why === null ? picture : `${picture}: skipped (${why})`);
    }
  }
}
await browser.close();
await server.close();
console.log(`${taken} pictures in ${out}${skipped > 0 ? `, ${skipped} skipped` : ''}`);

/**
 * @param {Screen} screen
 * @param {string} theme
 * @param {{ width: number, height: number }} viewport
 * @param {string} file
 * @returns {Promise<string | null>} why there is no picture, or null when there is
 */
async function takePicture(screen, theme, viewport, file) {
  const context = await browser.newContext({
    viewport,
    colorScheme: theme === 'dark' ? 'dark' : 'light',
    // Animations would make every picture of the same state different.
    reducedMotion: 'reduce',
  });
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(CONTROL_MS);
    page.on('pageerror', (error) => console.log(`${screen.name}: exception in the page: ${error.message}`));
    await page.goto(`${server.url}?theme=${theme}${screen.query ? `&${screen.query}` : ''}`);
    await page.locator('[data-state-hash]:not([data-state-hash=""])').waitFor({ timeout: RUN_MS });
    await screen.prepare(page);
    // Two frames: one in which the state arrives, one in which it is drawn.
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    await page.waitForTimeout(150);
    await page.screenshot({ path: file, animations: 'disabled' });
    return null;
  } catch (error) {
    return stripVTControlCharacters(String(error instanceof Error ? error.message : error))
      .replace(/\n\s*/g, ' ')
      .slice(0, 140);
  } finally {
    await context.close();
  }
}
