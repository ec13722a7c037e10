import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './root.mjs';

/**
 * A key that changes when any of the given files or folders (relative to the project) changes: made of names, sizes and
 * dates, so it costs a few milliseconds.
 *
 * @param {string[]} entries files and folders; those that do not exist count as absent
 * @returns {string} hexadecimal
 */
export function sourceKey(entries) {
  const hash = createHash('sha256');
  hash.update(process.version);
  for (const entry of entries) visit(path.join(ROOT, entry));
  return hash.digest('hex').slice(0, 16);

  /** @param {string} file */
  function visit(file) {
    const stat = statSync(file, { throwIfNoEntry: false });
    if (!stat) return;
    if (stat.isDirectory()) {
      for (const name of readdirSync(file).sort()) visit(path.join(file, name));
    } else {
      hash.update(`${path.relative(ROOT, file)}\0${stat.size}\0${stat.mtimeMs}\n`);
    }
  }
}
