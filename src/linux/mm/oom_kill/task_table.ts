/** dump_tasks: the table of tasks, in the layout of the kernel's years. §10.12, §10.16. */
import type { Kernel } from '../../include/kernel';
import { MM_ANONPAGES, MM_FILEPAGES, MM_SHMEMPAGES, MM_SWAPENTS, type MmStruct } from '../../include/mm_types';
import type { Task } from '../../include/sched';
import { KERN_INFO, printk } from '../../kernel/printk';
import { oldScale } from '../../versions/badness';
import { oomRules, type TaskColumn } from '../../versions/oom_rules';
import { getMmCounter, getMmRss } from '../mm_counters';
import { nrPteTables, nrPudTables } from '../pgtable';

/** Heading of a column and the format of its numbers: blanks before, and digits. */
const LAYOUT: Record<TaskColumn, { head: string; blanks: number; width: number }> = {
  total_vm: { head: ' total_vm', blanks: 1, width: 8 },
  rss: { head: '      rss', blanks: 1, width: 8 },
  rss_anon: { head: ' rss_anon', blanks: 1, width: 8 },
  rss_file: { head: ' rss_file', blanks: 1, width: 8 },
  rss_shmem: { head: ' rss_shmem', blanks: 1, width: 9 },
  cpu: { head: ' cpu', blanks: 1, width: 3 },
  oom_adj: { head: ' oom_adj', blanks: 5, width: 3 },
  nr_ptes: { head: ' nr_ptes', blanks: 1, width: 7 },
  nr_pmds: { head: ' nr_pmds', blanks: 1, width: 7 },
  pgtables_bytes: { head: ' pgtables_bytes', blanks: 1, width: 8 },
  swapents: { head: ' swapents', blanks: 1, width: 8 },
  oom_score_adj: { head: ' oom_score_adj', blanks: 9, width: 5 },
};

const RSS_KINDS: readonly TaskColumn[] = ['rss_anon', 'rss_file', 'rss_shmem'];

/** The layout of the running release. */
const columnsOf = (k: Kernel): readonly TaskColumn[] => [
  'total_vm',
  'rss',
  ...(k.release.rssColumns ? RSS_KINDS : []),
  'pgtables_bytes',
  'swapents',
  'oom_score_adj',
];

function columnValue(k: Kernel, t: Task, mm: MmStruct, column: TaskColumn): number {
  switch (column) {
    case 'total_vm':
      return mm.totalVm;
    case 'rss':
      return getMmRss(mm);
    case 'rss_anon':
      return getMmCounter(mm, MM_ANONPAGES);
    case 'rss_file':
      return getMmCounter(mm, MM_FILEPAGES);
    case 'rss_shmem':
      return getMmCounter(mm, MM_SHMEMPAGES);
    case 'cpu':
      return t.cpu;
    case 'oom_adj':
      return oldScale(t.oomScoreAdj);
    case 'nr_ptes':
      return nrPteTables(k, mm);
    case 'nr_pmds':
      return mm.pgtablesBytes / 4096 - nrPteTables(k, mm) - nrPudTables(k, mm);
    case 'pgtables_bytes':
      return mm.pgtablesBytes;
    case 'swapents':
      return getMmCounter(mm, MM_SWAPENTS);
    case 'oom_score_adj':
      return t.oomScoreAdj;
  }
}

/** What a report's rows are printed by; null = that kernel prints no table. */
const formOf = (k: Kernel): { columns: readonly TaskColumn[] | null; pidWidth: number; title: boolean } => {
  const { report } = oomRules(k);
  if (!report) return { columns: columnsOf(k), pidWidth: 7, title: true };
  return { columns: report.columns, pidWidth: report.pidWidth ?? 7, title: report.tableTitle };
};

/** dump_tasks up to its first task. */
export function printTaskHeads(k: Kernel): void {
  const { columns, pidWidth, title } = formOf(k);
  if (columns === null) return;
  if (title) printk(k, KERN_INFO, 'Tasks state (memory values in pages):');
  const heads = columns.map((c) => LAYOUT[c].head).join('');
  printk(k, KERN_INFO, `[${pidWidth === 5 ? ' pid ' : '  pid  '}]   uid  tgid${heads} name`);
}

/** dump_task: the row of a process that has memory. */
export function printTaskRow(k: Kernel, t: Task, mm: MmStruct): void {
  const { columns, pidWidth } = formOf(k);
  if (columns === null) return;
  const w = (n: number, width: number): string => String(n).padStart(width);
  let row = `[${w(t.pid, pidWidth)}] ${w(t.uid, 5)} ${w(t.tgid, 5)}`;
  for (const c of columns) row += ' '.repeat(LAYOUT[c].blanks) + w(columnValue(k, t, mm, c), LAYOUT[c].width);
  printk(k, KERN_INFO, `${row} ${t.comm}`);
}
