import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder. */
export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** What the scripts keep between runs. It goes with node_modules, so `npm ci` starts clean. */
export const CACHE = path.join(ROOT, 'node_modules/.cache/oomlab');
