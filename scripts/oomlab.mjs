// The command line: `npm run --silent oomlab -- COMMAND ...`. Bundles src/cli when its sources changed, and runs it.

import { pathToFileURL } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { bundleForNode } from './lib/bundle.mjs';
import { ensureInstalled } from './lib/install.mjs';

/** EX_SOFTWARE of sysexits.h: the fault is the program's, neither an answer (1) nor the input's (2). */
const EXIT_INTERNAL = 70;

/** Layers that the command line is made of; the page's are not among them, so that editing those rebuilds nothing. */
const SOURCES = ['linux', 'machine', 'userspace', 'scenario', 'report', 'lessons', 'i18n', 'worker', 'cli'].map(
  (layer) => `src/${layer}`,
);

// `oomlab ... | head` closes the pipe early: that is no error.
process.stdout.on('error', (/** @type {NodeJS.ErrnoException} */ error) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

try {
  ensureInstalled({ quiet: true });
  const bundle = await bundleForNode('cli', 'src/cli/main.ts', SOURCES);
  const { main } = await import(pathToFileURL(bundle).href);
  const { stdin, stdout, stderr } = process;
  const code = await main(process.argv.slice(2), { stdin, stdout, stderr });
  // The empty writes call back when everything before them is out.
  stdout.write('', () => stderr.write('', () => process.exit(code)));
} catch (error) {
  const wantsStack = process.env.OOMLAB_DEBUG && error instanceof Error;
  // The bundler's message has its reason in the lines after the first.
  const message = stripVTControlCharacters(String(error instanceof Error ? error.message : error));
  const text = wantsStack ? error.stack : message.replace(/\s+/g, ' ').slice(0, 300);
  process.stderr.write(`oomlab: internal error: ${text}\n`);
  process.exitCode = EXIT_INTERNAL;
}
