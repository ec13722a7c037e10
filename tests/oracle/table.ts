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
  'counters',
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
  counters: 'scanned, reclaimed, swapped, refaulted and faulted pages of the whole run, within a quarter',
};

function names(folder: string): string[] {
  return readdirSync(folder)
    .filter((f) => f.endsWith('.json'))
    .map((f) => f.slice(0, -5))
    .sort();
}

/** How far the model agrees with all recordings of a folder. */
export interface AgreementReport {
  recordings: number;
  /** In the order of GROUPS; groups without a check are left out. */
  groups: { group: string; what: string; checks: number; agree: number }[];
  /** Recordings with checks that miss, most first. */
  misses: { recording: string; checks: number; missed: number }[];
}

/** Replays the recordings. `folder` is their path, with a slash at its end. */
export function agreementReport(folder: string): AgreementReport {
  const all: { recording: string; checks: Check[] }[] = [];
  for (const name of names(folder)) {
    const recording = loadRecording(name, folder);
    if (recording) all.push({ recording: name, checks: agreement(recording, predict(question(recording))) });
  }
  const groups = GROUPS.map((group) => {
    const of = all.flatMap((r) => r.checks.filter((c) => c.group === group));
    return { group, what: EXPLAINED[group], checks: of.length, agree: of.filter((c) => c.ok).length };
  });
  const misses = all.map((r) => ({
    recording: r.recording,
    checks: r.checks.length,
    missed: r.checks.filter((c) => !c.ok).length,
  }));
  return {
    recordings: all.length,
    groups: groups.filter((g) => g.checks > 0),
    misses: misses.filter((r) => r.missed > 0).sort((a, b) => b.missed - a.missed),
  };
}

/** The report as Markdown: a row a group, and a line on what misses. */
export function agreementTable({ recordings, groups, misses }: AgreementReport): string {
  const rows = groups.map(({ group, what, checks, agree }) => {
    const percent = ((100 * agree) / checks).toFixed(agree === checks ? 0 : 1);
    return `| ${group} | ${what} | ${checks.toLocaleString('en')} | ${percent} % |`;
  });
  const missing = misses.map((r) => `\`${r.recording}\` ${r.missed} of ${r.checks.toLocaleString('en')}`);
  return [
    '| what | checked | checks | agree |',
    '|---|---|---:|---:|',
    ...rows,
    '',
    `${recordings} recordings. Checks that miss: ${missing.join(', ') || 'none'}.`,
  ].join('\n');
}
