import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { CACHE, ROOT } from './root.mjs';
import { sourceKey } from './sources.mjs';

const HOUR_MS = 3_600_000;

/**
 * Bundles a TypeScript entry for Node into one file, or finds the bundle of the same sources from an earlier run.
 *
 * @param {string} name of the bundle in the cache
 * @param {string} entry relative to the project
 * @param {string[]} sources files and folders that the bundle depends on
 * @returns {Promise<string>} path of the bundle, to import
 * @throws {Error} when the sources do not bundle
 */
export async function bundleForNode(name, entry, sources) {
  const key = sourceKey([...sources, 'package-lock.json', 'scripts/lib/bundle.mjs']);
  const folder = path.join(CACHE, name);
  const bundle = path.join(folder, `${key}.mjs`);
  if (existsSync(bundle)) return bundle;

  const { build } = await import('rolldown');
  mkdirSync(folder, { recursive: true });
  // Written aside and renamed, so that two runs at once never read half a bundle.
  const unfinished = path.join(folder, `${key}.${process.pid}.tmp`);
  await build({
    input: path.join(ROOT, entry),
    platform: 'node',
    logLevel: 'silent',
    transform: { define: { 'import.meta.env.DEV': 'false', 'import.meta.env.PROD': 'true' } },
    output: { file: unfinished, format: 'esm', sourcemap: false, codeSplitting: false },
  });
  renameSync(unfinished, bundle);
  removeOldBundles(folder, bundle);
  return bundle;
}

/**
 * @param {string} folder
 * @param {string} keep
 */
function removeOldBundles(folder, keep) {
  for (const name of readdirSync(folder)) {
    const file = path.join(folder, name);
    // A bundle younger than that may be in use by another run.
    const stat = statSync(file, { throwIfNoEntry: false });
    if (file !== keep && stat && Date.now() - stat.mtimeMs > HOUR_MS) rmSync(file, { force: true });
  }
}
