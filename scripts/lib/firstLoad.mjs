import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

/** At most this many bytes of compressed script before the lab can be used, the machine's worker aside. */
export const FIRST_LOAD_LIMIT = 170_000;

/**
 * @typedef {object} LoadedFile
 * @property {string} name under assets/
 * @property {number} bytes compressed with gzip at its best, as static hosts send it
 */

/** @param {string} file */
function compressed(file) {
  return gzipSync(readFileSync(file), { level: 9 }).length;
}

/**
 * What a built page fetches before the lab can be used: the scripts of its index with all that they import, and the
 * machine's worker, which is fetched beside them. What is imported dynamically is fetched later and does not count.
 *
 * @param {string} dist folder of the built page
 * @returns {{ page: LoadedFile[], worker: LoadedFile[] }}
 */
export function firstLoad(dist) {
  const html = readFileSync(path.join(dist, 'index.html'), 'utf8');
  /** @type {Set<string>} */
  const names = new Set();
  const waiting = [...html.matchAll(/<(?:script|link)[^>]*(?:src|href)="\.?\/?assets\/([^"]+\.js)"/g)].map(
    ([, name]) => name,
  );
  if (waiting.length === 0) throw new Error(`${dist}/index.html loads no script`);
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (names.has(name)) continue;
    names.add(name);
    const code = readFileSync(path.join(dist, 'assets', name), 'utf8');
    // `import "./x.js"` and `from "./x.js"`, but not `import("./x.js")`.
    for (const [, next] of code.matchAll(/(?:\bimport|\bfrom)\s*["'`]\.\/([^"'`]+\.js)["'`]/g)) waiting.push(next);
  }
  /** @type {Set<string>} */
  const workers = new Set();
  for (const name of names) {
    const code = readFileSync(path.join(dist, 'assets', name), 'utf8');
    for (const [, worker] of code.matchAll(/new Worker\([^"'`]*["'`]([^"'`]+\.js)["'`]/g)) {
      workers.add(path.basename(worker));
    }
  }
  const weigh = (/** @type {string} */ name) => ({ name, bytes: compressed(path.join(dist, 'assets', name)) });
  const heaviest = (/** @type {LoadedFile} */ a, /** @type {LoadedFile} */ b) => b.bytes - a.bytes;
  return { page: [...names].map(weigh).sort(heaviest), worker: [...workers].map(weigh).sort(heaviest) };
}

/** @param {LoadedFile[]} files */
export function total(files) {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}
