import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './root.mjs';

/**
 * @typedef {{ version?: string, optional?: boolean, dev?: boolean, link?: boolean }} LockedPackage
 * @param {string} file a lock file of npm's
 * @returns {Record<string, LockedPackage> | null} its packages by folder, or null when there is no readable file
 */
function lockedPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return null;
  }
}

/**
 * Whether node_modules holds what package-lock.json asks for. Compares versions, not dates: a checkout touches the
 * dates of files that did not change. Packages for other systems (optional) may be absent.
 *
 * @returns {boolean}
 */
export function isInstalled() {
  const wanted = lockedPackages(path.join(ROOT, 'package-lock.json'));
  const present = lockedPackages(path.join(ROOT, 'node_modules/.package-lock.json'));
  if (!wanted || !present) return false;
  return Object.entries(wanted).every(([folder, { version, optional }]) => {
    if (folder === '') return true;
    const installed = present[folder];
    return installed ? installed.version === version : optional === true;
  });
}

/**
 * Installs the locked packages when they are not there. Prints nothing when there is nothing to do.
 *
 * @param {{ quiet?: boolean }} [options] quiet: say nothing about the installation either
 * @throws {Error} with one line that says what to do, when npm fails
 */
export function ensureInstalled({ quiet = false } = {}) {
  if (isInstalled()) return;
  if (!quiet) console.log('Installing dependencies (npm ci) ...');
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  // npm tells its scripts where it is itself; started without npm, it is looked up as a command.
  const npm = process.env.npm_execpath;
  const options = /** @type {const} */ ({ cwd: ROOT, encoding: 'utf8' });
  const run = npm?.endsWith('js')
    ? spawnSync(process.execPath, [npm, ...args], options)
    : spawnSync('npm', args, { ...options, shell: process.platform === 'win32' });
  if (run.status !== 0) {
    const reason = (run.error?.message ?? run.stderr ?? '').trim().split('\n')[0];
    throw new Error(`the dependencies could not be installed: run "npm ci" in ${ROOT}${reason ? ` (${reason})` : ''}`);
  }
}
