import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';

const NAMES = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'chrome',
  'microsoft-edge',
  'msedge',
];

/** What the browser is started with: nothing that reaches the network by itself, nothing that asks the user. */
export const BROWSER_ARGS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Chromium refuses its sandbox to root, and root is who containers run as.
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
];

/**
 * Looks for Chromium, Chrome or Edge: OOMLAB_CHROMIUM first, then the PATH, then where the systems install them.
 *
 * @returns {string | null} the executable
 */
export function findBrowser() {
  return candidates().find(isExecutable) ?? null;
}

function candidates() {
  const { env, platform } = process;
  const found = env.OOMLAB_CHROMIUM ? [env.OOMLAB_CHROMIUM] : [];
  const suffix = platform === 'win32' ? '.exe' : '';
  for (const folder of (env.PATH ?? '').split(path.delimiter)) {
    for (const name of NAMES) found.push(path.join(folder, name + suffix));
  }
  if (platform === 'darwin') {
    for (const name of ['Chromium', 'Google Chrome', 'Microsoft Edge']) {
      found.push(`/Applications/${name}.app/Contents/MacOS/${name}`);
    }
  } else if (platform === 'win32') {
    for (const folder of [env.PROGRAMFILES, env['PROGRAMFILES(X86)'], env.LOCALAPPDATA]) {
      if (!folder) continue;
      found.push(path.join(folder, 'Google/Chrome/Application/chrome.exe'));
      found.push(path.join(folder, 'Chromium/Application/chrome.exe'));
      found.push(path.join(folder, 'Microsoft/Edge/Application/msedge.exe'));
    }
  } else {
    found.push(
      '/usr/lib/chromium/chromium',
      '/opt/google/chrome/chrome',
      '/opt/microsoft/msedge/msedge',
      '/snap/bin/chromium',
    );
  }
  return found;
}

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Finds a browser, or installs Debian's chromium where that can be done without asking anyone.
 *
 * @returns {string} the executable
 * @throws {Error} with one line that says what to install
 */
export function ensureBrowser() {
  const found = findBrowser() ?? installChromium();
  if (found) return found;
  throw new Error(
    'no browser for the browser tests: install Chromium, Chrome or Edge, or set OOMLAB_CHROMIUM to its executable',
  );
}

function installChromium() {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return null;
  if (spawnSync('apt-get', ['--version']).status !== 0) return null;
  console.log('Installing the chromium package (apt-get) ...');
  const options = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  spawnSync('apt-get', ['update', '-qq'], options);
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], options);
  return findBrowser();
}
