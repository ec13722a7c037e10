// `npm run bench -- ARGS`: bundles tests/bench/main.ts and runs it, with the arguments in process.argv as usual.

import { pathToFileURL } from 'node:url';
import { bundleForNode } from './lib/bundle.mjs';
import { ensureInstalled } from './lib/install.mjs';

ensureInstalled();
const bundle = await bundleForNode('bench', 'tests/bench/main.ts', ['src', 'tests/bench', 'tests/report']);
process.argv[1] = bundle;
await import(pathToFileURL(bundle).href);
