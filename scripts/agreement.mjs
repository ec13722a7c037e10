// `npm run agreement`: replays the recordings of real kernels and writes how far the model agrees into README.md and
// public/agreement.json.

import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundleForNode } from './lib/bundle.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { ROOT } from './lib/root.mjs';

ensureInstalled();
const bundle = await bundleForNode('agreement', 'tests/oracle/table.ts', ['src', 'tests/oracle']);
const { agreementReport, agreementTable } = await import(pathToFileURL(bundle).href);
const report = agreementReport(path.join(ROOT, 'tests/oracle/recordings/'));
const table = agreementTable(report);
// The page shows the same figures.
writeFileSync(
  path.join(ROOT, 'public/agreement.json'),
  `${JSON.stringify(report, null, 2)}
`,
);
const readme = path.join(ROOT, 'README.md');
const text = readFileSync(readme, 'utf8');
const [begin, end] = ['<!-- agreement -->', '<!-- /agreement -->'];
const [from, to] = [text.indexOf(begin), text.indexOf(end)];
if (from < 0 || to < from) throw new Error(`README.md has no ${begin} … ${end}`);
writeFileSync(readme, `${text.slice(0, from + begin.length)}\n${table}\n${text.slice(to)}`);
console.log(table);
