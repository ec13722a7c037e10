import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** The list itself, and the service worker that reads it (public/sw.js): the browser keeps that one by itself. */
const LIST = 'precache.json';
const OWN = [LIST, 'sw.js'];

/**
 * Writes which files of the built page are kept for use without a network, and a name for this build of them.
 *
 * @returns {import('vite').Plugin}
 */
export function precacheList() {
  return {
    name: 'oomlab-precache-list',
    apply: 'build',
    writeBundle({ dir = 'dist' }) {
      const files = readdirSync(dir, { recursive: true, encoding: 'utf8' })
        .filter((name) => statSync(path.join(dir, name)).isFile())
        .map((name) => name.split(path.sep).join('/'))
        .filter((name) => !OWN.includes(name))
        .sort();
      const hash = createHash('sha256');
      for (const name of files) hash.update(name).update(readFileSync(path.join(dir, name)));
      const version = hash.digest('hex').slice(0, 12);
      // The page is asked for by its folder's address.
      const list = files.map((name) => (name === 'index.html' ? './' : name));
      writeFileSync(path.join(dir, LIST), JSON.stringify({ version, files: list }));
    },
  };
}
