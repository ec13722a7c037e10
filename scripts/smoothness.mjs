// `npm run smoothness`: what the page costs the browser's main thread while a machine thrashes, how long it takes to seek
// and how much memory it holds, as figures against their limits. For Linux, since memory and processor time are read
// from /proc. The clock on the wall tells what a user of this machine gets, thread time what it costs: where other
// programs keep the processors busy, or pictures are drawn without a graphics card, only the latter means much.

import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { deflateRawSync } from 'node:zlib';
import { BROWSER_ARGS, ensureBrowser } from './lib/browser.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { memory, rendererOf, threadTime } from './lib/renderer.mjs';
import { serve } from './lib/server.mjs';
import { DIST, ensureBuilt } from './lib/site.mjs';
import { mainThreadWork, percentile, TRACE_CATEGORIES } from './lib/trace.mjs';

/** @typedef {import('playwright-core').Page} Page */

/** Main-thread work of a frame, 95th percentile, ms. */
const FRAME_LIMIT_MS = 6;
/** Longest task of the main thread, ms. */
const TASK_LIMIT_MS = 50;
/** From the request to the drawn frame, 95th percentile, ms. */
const SEEK_LIMIT_MS = 150;
/** Resident memory of the renderer, MB. */
const MEMORY_LIMIT_MB = 600;
/** More than that, ms and as a share, is growth from the small machine to the large one and not noise. */
const GROWTH_LIMIT = { ms: 1, share: 0.25 };

/** How long the main thread is watched, ms of real time. */
const WATCHED_MS = 8_000;
/** Length of the history that is sought in, virtual seconds. */
const HISTORY_S = 120;
const SEEKS = 100;
/** How long a run may take. */
const RUN_MS = 900_000;

/**
 * Two databases whose hot sets together do not fit, with swap enough: they thrash and nobody is killed. On request a
 * hog comes and ends it.
 *
 * @param {number} mib RAM
 * @param {{ rate?: number, hogAt?: number }} [options] accesses of each a virtual second; virtual seconds
 */
function thrashing(mib, { rate = 1_000_000, hogAt } = {}) {
  const params = {
    size: `${Math.round(mib * 0.55)}MiB`,
    hot: `${Math.round(mib * 0.53)}MiB`,
    buffers: `${Math.round(mib / 64)}MiB`,
    rate,
  };
  return {
    format: 'oomlab/scenario@1',
    id: 'smoothness',
    title: 'Thrashing',
    machine: { ram: `${mib}MiB`, swap: { size: `${Math.round(mib / 2)}MiB`, device: 'ssd' }, cpus: 2 },
    processes: [
      { program: 'database', params },
      { program: 'database', name: 'mysqld', params },
      ...(hogAt === undefined ? [] : [{ program: 'crazy-allocator', at: `${hogAt}s` }]),
    ],
    duration: '600s',
  };
}

const PARTS = ['frames', 'seek', 'memory'];
const { values: options } = parseArgs({ options: { only: { type: 'string', multiple: true, default: PARTS } } });
const unknown = options.only.find((part) => !PARTS.includes(part));
if (unknown) throw new Error(`--only ${unknown}: expected ${PARTS.join(', ')}`);

ensureInstalled();
ensureBuilt();
const { chromium } = await import('playwright-core');
const server = await serve(DIST);
let failed = false;
try {
  if (options.only.includes('frames')) {
    const small = await watched(512);
    const large = await watched(16_384);
    report('16 GiB thrashing, work per frame, p95', large.perFrame, FRAME_LIMIT_MS, 'ms');
    report('16 GiB thrashing, longest task', large.longest, TASK_LIMIT_MS, 'ms');
    report('512 MiB thrashing, work per frame, p95', small.perFrame, FRAME_LIMIT_MS, 'ms');
    report('512 MiB thrashing, longest task', small.longest, TASK_LIMIT_MS, 'ms');
    const growth = { wall: large.perFrame.wall - small.perFrame.wall, cpu: large.perFrame.cpu - small.perFrame.cpu };
    const grown = Math.max(GROWTH_LIMIT.ms, small.perFrame.cpu * GROWTH_LIMIT.share);
    report('growth of work per frame from 512 MiB to 16 GiB', growth, grown, 'ms');
    console.log(`      frames watched: ${small.frames} at 512 MiB, ${large.frames} at 16 GiB`);
  }
  if (options.only.includes('seek')) {
    report(`512 MiB, ${SEEKS} seeks in ${HISTORY_S} s of history, p95`, await sought(), SEEK_LIMIT_MS, 'ms');
  }
  if (options.only.includes('memory')) {
    const held = await grownTo();
    line('16 GiB to its kill and a scrub back, renderer', MEMORY_LIMIT_MB, held.now, `${mb(held.now)} MB`, 'MB');
    console.log(`      at its highest: ${mb(held.most)} MB`);
  }
} finally {
  await server.close();
}
process.exitCode = failed ? 1 : 0;

function mb(/** @type {number} */ value) {
  return value.toFixed(0);
}

/**
 * @param {string} what
 * @param {{ wall: number, cpu: number }} figures the limit holds for thread time
 * @param {number} limit
 * @param {string} unit
 */
function report(what, { wall, cpu }, limit, unit) {
  line(what, limit, cpu, `${cpu.toFixed(1)} ${unit} thread time, ${wall.toFixed(1)} ${unit} on the wall`, unit);
}

/**
 * @param {string} what
 * @param {number} limit
 * @param {number} value
 * @param {string} words
 * @param {string} unit
 */
function line(what, limit, value, words, unit) {
  const over = value > limit;
  failed ||= over;
  console.log(`${over ? 'over' : 'ok  '}  ${what}: ${words} (limit ${Number(limit.toFixed(1))} ${unit})`);
}

/**
 * Opens a machine in a browser of its own, so that one's memory and pace are not another's.
 *
 * @template T
 * @param {object} scenario
 * @param {(page: Page, browser: import('playwright-core').Browser) => Promise<T>} use
 * @returns {Promise<T>}
 */
async function inBrowser(scenario, use) {
  const browser = await chromium.launch({ executablePath: ensureBrowser(), args: BROWSER_ARGS });
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    page.setDefaultTimeout(RUN_MS);
    page.on('pageerror', (error) => console.log(`exception in the page: ${error.message}`));
    const session = { format: 'oomlab/session@1', scenario, seed: 1, commands: [] };
    const code = deflateRawSync(JSON.stringify(session)).toString('base64url');
    await page.goto(`${server.url}#s=${code}`);
    await atRest(page);
    return await use(page, browser);
  } finally {
    await browser.close();
  }
}

/** @param {Page} page */
async function atRest(page) {
  await page.locator('[data-state-hash]:not([data-state-hash=""])').waitFor({ state: 'attached', timeout: RUN_MS });
}

/**
 * @param {Page} page
 * @param {RegExp} landmark
 */
async function runTo(page, landmark) {
  await page.getByRole('button', { name: 'Run until' }).click();
  const before = await page.locator('[data-state-hash]').getAttribute('data-state-hash');
  await page.getByRole('menuitem', { name: landmark }).click();
  // It may be there before anybody saw it run.
  const elsewhere = `[data-state-hash]:not([data-state-hash=""]):not([data-state-hash="${before}"])`;
  await page.locator(elsewhere).waitFor({ state: 'attached' });
}

/**
 * At full speed.
 *
 * @param {Page} page
 */
async function run(page) {
  await page.getByRole('slider', { name: 'Speed' }).press('End');
  await page.getByRole('button', { name: 'Run', exact: true }).click();
}

/** @param {number} mib */
function watched(mib) {
  return inBrowser(thrashing(mib), async (page, browser) => {
    await runTo(page, /swap-out/);
    await run(page);
    // The first second fills caches, of the browser and of the page's compiled code, that a session fills once.
    await page.waitForTimeout(2_000);
    const file = path.join(tmpdir(), `oomlab-smoothness-${process.pid}.json`);
    await browser.startTracing(page, { path: file, categories: TRACE_CATEGORIES });
    await page.waitForTimeout(WATCHED_MS);
    await browser.stopTracing();
    const work = mainThreadWork(JSON.parse(readFileSync(file, 'utf8')), await rendererOf(browser));
    rmSync(file);
    return work;
  });
}

function sought() {
  return inBrowser(thrashing(512, { rate: 100_000 }), async (page, browser) => {
    const pid = await rendererOf(browser);
    await run(page);
    await page.waitForFunction(
      (end) => Number(document.querySelector('.timeline-slider')?.getAttribute('aria-valuenow')) >= end,
      HISTORY_S * 1000,
      { timeout: RUN_MS, polling: 500 },
    );
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await atRest(page);
    // From the press on the timeline until the machine stands there and the frame that shows it is drawn.
    await page.evaluate(() => {
      const root = document.querySelector('[data-state-hash]');
      if (!root) throw new Error('no lab');
      addEventListener(
        'pointerdown',
        () => {
          const from = performance.now();
          const before = root.getAttribute('data-state-hash');
          delete document.documentElement.dataset.sought;
          const watch = new MutationObserver(() => {
            const now = root.getAttribute('data-state-hash');
            if (now === '' || now === before) return;
            watch.disconnect();
            requestAnimationFrame(() => {
              const { port1, port2 } = new MessageChannel();
              port1.onmessage = () => {
                document.documentElement.dataset.sought = String(performance.now() - from);
              };
              port2.postMessage(null);
            });
          });
          watch.observe(root, { attributes: true });
        },
        { capture: true },
      );
    });
    const box = await page.locator('.timeline-area').boundingBox();
    if (!box) throw new Error('the timeline is not to be seen');
    // The axis ends some time after what is known: beyond that nothing is sought but computed.
    const slider = page.locator('.timeline-slider');
    const known = Number(await slider.getAttribute('aria-valuemax'));
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    await page.locator('html[data-sought]').waitFor({ state: 'attached' });
    const end = 2 * Number(await slider.getAttribute('aria-valuenow'));
    const width = box.width * Math.min(1, known / end);
    /** @type {number[]} */
    const wall = [];
    /** @type {number[]} */
    const cpu = [];
    let seed = 1;
    for (let i = 0; i < SEEKS; i++) {
      // Places that are scattered, and the same in every run.
      seed = (seed * 48_271) % 2_147_483_647;
      const x = box.x + (seed / 2_147_483_647) * width;
      const before = threadTime(pid);
      await page.mouse.click(x, box.y + box.height / 2);
      const drawn = page.locator('html[data-sought]');
      await drawn.waitFor({ state: 'attached' });
      wall.push(Number(await drawn.getAttribute('data-sought')));
      cpu.push(threadTime(pid) - before);
    }
    return { wall: percentile(wall, 0.95), cpu: percentile(cpu, 0.95) };
  });
}

function grownTo() {
  return inBrowser(thrashing(16_384, { hogAt: 2 }), async (page, browser) => {
    const pid = await rendererOf(browser);
    await runTo(page, /kill/);
    const box = await page.locator('.timeline-area').boundingBox();
    if (!box) throw new Error('the timeline is not to be seen');
    const y = box.y + box.height / 2;
    await page.mouse.move(box.x + box.width * 0.7, y);
    await page.mouse.down();
    for (let x = 0.7; x > 0.1; x -= 0.05) {
      await page.mouse.move(box.x + box.width * x, y);
      await page.waitForTimeout(100);
    }
    await page.mouse.up();
    await page.waitForTimeout(500);
    await atRest(page);
    const { now, most } = memory(pid);
    return { now: now / 1e6, most: most / 1e6 };
  });
}
