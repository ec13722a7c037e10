/** Prints the agreement of the model with all recordings of this folder as a Markdown table. */
import { readdirSync } from 'node:fs';
import { predict } from '../../src/cli/replay';
import { agreement, type Check, loadRecording, question } from './agreement';

const GROUPS: readonly Check['group'][] = [
  'watermarks',
  'kills',
  'answers',
  'when',
  'state at OOM',
  'tasks at OOM',
  'oom_score',
  'trajectory',
];
const EXPLAINED: Record<Check['group'], string> = {
  watermarks: 'min, low, high, promo, lowmem_reserve, totalreserve over RAM sizes and sysctls; exact',
  kills: 'victims in order, constraint, panic',
  answers: 'mmap grants and refusals, errno',
  when: 'how many steps until the kill',
  'state at OOM': 'free, per-cpu pages, lists, slab, page tables in the report',
  'tasks at OOM': 'total_vm, rss, swapents, page tables of each process in the report',
  oom_score: '/proc/PID/oom_score of each process, sample by sample',
  trajectory: 'meminfo and VmRSS, VmSwap of each process, sample by sample',
};

function names(folder: string): string[] {
  return readdirSync(folder)
    .filter((f) => f.endsWith('.json'))
    .map((f) => f.slice(0, -5))
    .sort();
}

/**
 * Markdown: a row a group, and a line on what misses.
 *
 * @param folder path of the recordings, with a slash at its end
 */
export function agreementTable(folder: string): string {
  const all: { name: string; checks: Check[] }[] = [];
  for (const name of names(folder)) {
    const recording = loadRecording(name, folder);
    if (recording) all.push({ name, checks: agreement(recording, predict(question(recording))) });
  }
  const rows = GROUPS.flatMap((group) => {
    const of = all.flatMap((r) => r.checks.filter((c) => c.group === group));
    if (of.length === 0) return [];
    const ok = of.filter((c) => c.ok).length;
    const percent = ((100 * ok) / of.length).toFixed(ok === of.length ? 0 : 1);
    return `| ${group} | ${EXPLAINED[group]} | ${of.length.toLocaleString('en')} | ${percent} % |`;
  });
  const misses = all
    .map((r) => ({ name: r.name, n: r.checks.filter((c) => !c.ok).length, of: r.checks.length }))
    .filter((r) => r.n > 0)
    .sort((a, b) => b.n - a.n)
    .map((r) => `\`${r.name}\` ${r.n} of ${r.of.toLocaleString('en')}`);
  return [
    '| what | checked | checks | agree |',
    '|---|---|---:|---:|',
    ...rows,
    '',
    `${all.length} recordings. Checks that miss: ${misses.join(', ') || 'none'}.`,
  ].join('\n');
}
