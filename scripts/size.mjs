// `npm run size`: what the first screen loads, file by file, and whether that is within its limit.

import { FIRST_LOAD_LIMIT, firstLoad, total } from './lib/firstLoad.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { DIST, ensureBuilt } from './lib/site.mjs';

ensureInstalled();
ensureBuilt();
const { page, worker } = firstLoad(DIST);
const kB = (/** @type {number} */ bytes) => `${(bytes / 1000).toFixed(1).padStart(7)} kB`;
for (const { name, bytes } of page) console.log(`${kB(bytes)}  ${name}`);
console.log(`${kB(total(page))}  the page, of ${FIRST_LOAD_LIMIT / 1000} kB`);
console.log(`${kB(total(worker))}  the machine's worker, beside it`);
process.exitCode = total(page) > FIRST_LOAD_LIMIT ? 1 : 0;
