// `npm start`: installs what is missing, builds what changed, serves the lab on localhost and opens it.

import { spawn } from 'node:child_process';
import { ensureInstalled } from './lib/install.mjs';
import { serve } from './lib/server.mjs';
import { DIST, ensureBuilt } from './lib/site.mjs';

const FIRST_PORT = 4173;
const PORTS_TO_TRY = 20;

try {
  ensureInstalled();
  ensureBuilt();
  const asked = process.env.PORT ? Number(process.env.PORT) : null;
  const { url } = await serve(DIST, asked === null ? { port: FIRST_PORT, tries: PORTS_TO_TRY } : { port: asked });
  console.log(`oomlab is at ${url}  (Ctrl+C stops it)`);
  openBrowser(url);
} catch (error) {
  console.error(`oomlab: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}

/**
 * Opens the address where somebody can see it; says nothing where nobody can.
 *
 * @param {string} url
 */
function openBrowser(url) {
  const { env, platform } = process;
  if (env.CI || env.OOMLAB_NO_OPEN || process.argv.includes('--no-open')) return;
  /** @type {[string, string[]]} */
  let command = ['xdg-open', [url]];
  if (platform === 'darwin') command = ['open', [url]];
  else if (platform === 'win32') command = ['cmd', ['/c', 'start', '', url]];
  else if (!env.DISPLAY && !env.WAYLAND_DISPLAY) return;
  const child = spawn(command[0], command[1], { stdio: 'ignore', detached: true });
  child.on('error', () => {});
  child.unref();
}
