// `npm test`: everything, in sequence, and one line at the end that counts it: `N passed, N failed`.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { ensureBrowser } from './lib/browser.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { CACHE, ROOT } from './lib/root.mjs';
import { ensureBuilt } from './lib/site.mjs';

const total = { passed: 0, failed: 0, skipped: 0 };

/** @param {string} title */
function heading(title) {
  console.log(`\n== ${title}`);
}

/**
 * Runs something that counts as one check.
 *
 * @param {string} title
 * @param {() => boolean | void} run false or an exception: it failed
 */
function check(title, run) {
  heading(title);
  let ok = true;
  try {
    ok = run() !== false;
  } catch (error) {
    ok = false;
    console.log(error instanceof Error ? error.message : error);
  }
  total[ok ? 'passed' : 'failed']++;
  if (ok) console.log('ok');
  return ok;
}

/**
 * @param {string} tool its script in node_modules
 * @param {string[]} args
 * @returns {boolean} whether it ended well
 */
function runTool(tool, args) {
  const run = spawnSync(process.execPath, [path.join(ROOT, 'node_modules', tool), ...args], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  return run.status === 0;
}

/**
 * Runs Vitest and adds its counts. A file that does not load, or a run that ends badly without a failed test, is a
 * failure too.
 *
 * @param {string} title
 * @param {string} config
 */
function vitest(title, config) {
  heading(title);
  const report = path.join(CACHE, `${path.basename(config, '.ts')}.json`);
  rmSync(report, { force: true });
  const reporters = ['--reporter=dot', '--reporter=json', `--outputFile.json=${report}`];
  const ok = runTool('vitest/vitest.mjs', ['run', '--config', config, ...reporters]);
  let failed = 0;
  if (existsSync(report)) {
    const result = JSON.parse(readFileSync(report, 'utf8'));
    total.passed += result.numPassedTests;
    total.skipped += result.numPendingTests + result.numTodoTests;
    failed = result.numFailedTests;
    for (const file of result.testResults) {
      const hasFailedTest = file.assertionResults.some(
        (/** @type {{ status: string }} */ it) => it.status === 'failed',
      );
      if (file.status === 'failed' && !hasFailedTest) failed++;
    }
  }
  total.failed += failed > 0 || ok ? failed : 1;
}

const started = Date.now();
let browser = '';

try {
  ensureInstalled();
} catch (error) {
  console.log(error instanceof Error ? error.message : error);
  console.log('0 passed, 1 failed');
  process.exit(1);
}
mkdirSync(CACHE, { recursive: true });

check('Type check', () => {
  // The whole; the page without Node's globals; the model without the browser's or Node's.
  const configs = ['tsconfig.json', 'tsconfig.page.json', 'tsconfig.model.json'];
  return configs.map((config) => runTool('typescript/bin/tsc', ['-p', config])).every(Boolean);
});
check('Lint and format', () => runTool('@biomejs/biome/bin/biome', ['check', '.']));
vitest('Unit, property, component and oracle tests', 'vitest.config.ts');

const browserTests = path.join(ROOT, 'tests/e2e');
if (existsSync(browserTests) && readdirSync(browserTests).some((name) => name.endsWith('.test.ts'))) {
  const ready = check('Browser and build', () => {
    browser = ensureBrowser();
    ensureBuilt();
  });
  if (ready) {
    process.env.OOMLAB_CHROMIUM = browser;
    vitest('Browser tests', 'vitest.e2e.config.ts');
  }
}

const { passed, failed, skipped } = total;
console.log(`\n${Math.round((Date.now() - started) / 1000)} s`);
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = failed > 0 ? 1 : 0;
