import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CACHE, ROOT } from './root.mjs';
import { sourceKey } from './sources.mjs';

const SOURCES = [
  'src',
  'public',
  'index.html',
  'vite.config.ts',
  'package-lock.json',
  'scripts/lib/csp.mjs',
  'scripts/lib/precache.mjs',
];

/** Where the built page is. */
export const DIST = path.join(ROOT, 'dist');

const BUILT_FROM = path.join(CACHE, 'site.key');

function isBuilt(/** @type {string} */ key) {
  if (!existsSync(path.join(DIST, 'index.html')) || !existsSync(BUILT_FROM)) return false;
  return readFileSync(BUILT_FROM, 'utf8') === key;
}

/**
 * Builds the page into dist/ when its sources changed since it was built last.
 *
 * @throws {Error} with the bundler's words, when it does not build
 */
export function ensureBuilt() {
  const key = sourceKey(SOURCES);
  if (isBuilt(key)) return;
  console.log('Building the page ...');
  mkdirSync(CACHE, { recursive: true });
  // Built aside and swapped, so that a failed build leaves the last good one in place.
  const fresh = path.join(CACHE, `site-${process.pid}`);
  const vite = path.join(ROOT, 'node_modules/vite/bin/vite.js');
  const run = spawnSync(process.execPath, [vite, 'build', '--outDir', fresh, '--emptyOutDir', '--logLevel', 'warn'], {
    cwd: ROOT,
    encoding: 'utf8',
    // A test that builds must not get React's development version.
    env: { ...process.env, NODE_ENV: 'production' },
  });
  if (run.status !== 0) {
    rmSync(fresh, { recursive: true, force: true });
    throw new Error(`the page does not build:\n${run.error?.message ?? run.stderr}`);
  }
  rmSync(DIST, { recursive: true, force: true });
  renameSync(fresh, DIST);
  writeFileSync(BUILT_FROM, key);
}
