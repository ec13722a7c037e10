// `npm run lighthouse`: Lighthouse's marks for the built page, lab and post-mortem, and what costs any. Lighthouse is
// fetched by npx when it is asked for, since nothing else needs it. A busy machine loses marks for performance.

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { BROWSER_ARGS, ensureBrowser } from './lib/browser.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { serve } from './lib/server.mjs';
import { DIST, ensureBuilt } from './lib/site.mjs';

const CATEGORIES = ['performance', 'accessibility', 'best-practices'];

ensureInstalled();
ensureBuilt();
const folder = mkdtempSync(path.join(tmpdir(), 'oomlab-lighthouse-'));
const server = await serve(DIST);
let perfect = true;
try {
  for (const [name, query] of [
    ['lab', ''],
    ['post-mortem', '?postmortem'],
  ]) {
    const file = path.join(folder, `${name}.json`);
    await lighthouse(server.url + query, file);
    const { categories, audits } = JSON.parse(readFileSync(file, 'utf8'));
    for (const id of CATEGORIES) {
      const score = Math.round(categories[id].score * 100);
      perfect &&= score === 100;
      console.log(`${String(score).padStart(3)}  ${name}, ${id}`);
      for (const { id: audit, weight } of categories[id].auditRefs) {
        const { score: own, title, displayValue = '' } = audits[audit];
        if (score < 100 && weight > 0 && own !== null && own < 1) {
          console.log(`       ${audit}, ${Math.round(own * 100)} of 100: ${title} ${displayValue}`);
        }
      }
    }
  }
} finally {
  await server.close();
  rmSync(folder, { recursive: true });
}
process.exitCode = perfect ? 0 : 1;

/**
 * @param {string} url
 * @param {string} file that the report is written to
 * @returns {Promise<void>}
 */
function lighthouse(url, file) {
  const args = ['--yes', 'lighthouse@12', url, '--quiet', '--preset=desktop', '--output=json', `--output-path=${file}`];
  args.push(`--only-categories=${CATEGORIES.join(',')}`, `--chrome-flags=--headless ${BROWSER_ARGS.join(' ')}`);
  const run = spawn('npx', args, {
    env: { ...process.env, CHROME_PATH: ensureBrowser() },
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: false,
  });
  return new Promise((resolve, reject) => {
    run.on('error', reject);
    run.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`lighthouse ended with ${code}`))));
  });
}
