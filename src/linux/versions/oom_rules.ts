/** The OOM killer of other years: its score and choice (badness.ts), its way to kill, and how it prints. §10.16. */
import type { Kernel } from '../include/kernel';
import { type BadnessEra, eraOfRelease } from './badness';

/** What /proc/PID/oom_score is: the score itself, in thousandths of all memory, or (1000 + that) * 2 / 3. §10.11. */
export type ScoreFile = 'points' | 'thousandths' | 'two-thirds';

/** Columns of the task table, after uid and tgid. */
export type TaskColumn =
  | 'total_vm'
  | 'rss'
  | 'rss_anon'
  | 'rss_file'
  | 'rss_shmem'
  | 'cpu'
  | 'oom_adj'
  | 'nr_ptes'
  | 'nr_pmds'
  | 'pgtables_bytes'
  | 'swapents'
  | 'oom_score_adj';

/** How a report looks where it differs from that of the running release. */
export interface OldReport {
  /** uname -r of the kernel that stands for the era. */
  uname: string;
  /** What line 1 says of the invoker's adj. */
  invoker: 'oomkilladj' | 'oom_adj and oom_score_adj' | 'oom_score_adj';
  /** Line 1 has nodemask= before order=. */
  nodemaskInHead: boolean;
  /** A second line "<comm> cpuset=/ mems_allowed=0". */
  cpusetLine: boolean;
  /** "Pid: 12, comm: x" or "CPU: 0 PID: 12 Comm: x". */
  stackHead: 'Pid' | 'CPU';
  /** Flags of the request by name, not as a bare number. */
  gfpNames: boolean;
  /** Of the task table; null = there is none. */
  columns: readonly TaskColumn[] | null;
  /** Digits of the pid's column. */
  pidWidth: 5 | 7;
  /** "Tasks state (memory values in pages):" above the table. */
  tableTitle: boolean;
  /** "oom-kill:constraint=..." */
  summary: boolean;
  /** The line of the choice before that of the kill; null = there is none. */
  choice: 'or a child' | 'or sacrifice child' | null;
  /** What the line of the kill says after the name: sizes, with shmem-rss, with uid and page tables too. */
  killed: 'name' | 'anon and file' | 'with shmem' | 'with uid';
}

export interface OomRules {
  /** The release that stands for the era, "4.19"; 'kernel' = those of the running kernel. */
  name: string;
  badness: BadnessEra;
  scoreFile: ScoreFile;
  /** When the reaper takes a victim's memory. §10.9. */
  reaper: 'never' | 'at once' | 'after 2 s';
  /** The reaper leaves mlocked mappings alone. */
  reaperSparesMlocked: boolean;
  /** A task that is exiting, victim or not, ends the scan: its memory is awaited. */
  exitingEndsScan: boolean;
  /** Under a memory policy the task that asked is killed, without a search. */
  policyKillsCurrent: boolean;
  /** A task whose cpuset has no node in common with that of the one that asked cannot be chosen. */
  cpusetKeepsOut: boolean;
  /** null = the report of the running release. */
  report: OldReport | null;
}

const BEFORE_REAPER = { reaper: 'never', reaperSparesMlocked: false, exitingEndsScan: true } as const;
const EARLY_REAPER = { reaper: 'at once', reaperSparesMlocked: true, exitingEndsScan: false } as const;

const OLD_REPORT: OldReport = {
  uname: '3.10.0-lab',
  invoker: 'oom_score_adj',
  nodemaskInHead: false,
  cpusetLine: true,
  stackHead: 'CPU',
  gfpNames: false,
  columns: ['total_vm', 'rss', 'nr_ptes', 'swapents', 'oom_score_adj'],
  pidWidth: 5,
  tableTitle: false,
  summary: false,
  choice: 'or sacrifice child',
  killed: 'anon and file',
};

/** The running kernel's own rules, then the eras, newest first. */
export const OOM_RULES: readonly OomRules[] = [
  {
    name: 'kernel',
    badness: eraOfRelease([6, 1, 0]),
    scoreFile: 'two-thirds',
    reaper: 'after 2 s',
    reaperSparesMlocked: false,
    exitingEndsScan: false,
    policyKillsCurrent: false,
    cpusetKeepsOut: true,
    report: null,
  },
  {
    name: '5.4',
    badness: eraOfRelease([5, 4, 0]),
    scoreFile: 'thousandths',
    ...EARLY_REAPER,
    policyKillsCurrent: false,
    cpusetKeepsOut: true,
    report: {
      ...OLD_REPORT,
      uname: '5.4.0-lab',
      cpusetLine: false,
      gfpNames: true,
      columns: ['total_vm', 'rss', 'pgtables_bytes', 'swapents', 'oom_score_adj'],
      pidWidth: 7,
      tableTitle: true,
      summary: true,
      choice: null,
      killed: 'with uid',
    },
  },
  {
    name: '4.19',
    badness: eraOfRelease([4, 19, 0]),
    scoreFile: 'thousandths',
    ...EARLY_REAPER,
    policyKillsCurrent: false,
    cpusetKeepsOut: true,
    report: {
      ...OLD_REPORT,
      uname: '4.19.0-lab',
      nodemaskInHead: true,
      gfpNames: true,
      columns: ['total_vm', 'rss', 'pgtables_bytes', 'swapents', 'oom_score_adj'],
      pidWidth: 7,
      tableTitle: true,
      killed: 'with shmem',
    },
  },
  {
    name: '4.14',
    badness: eraOfRelease([4, 14, 0]),
    scoreFile: 'thousandths',
    ...EARLY_REAPER,
    policyKillsCurrent: false,
    cpusetKeepsOut: true,
    report: {
      ...OLD_REPORT,
      uname: '4.14.0-lab',
      nodemaskInHead: true,
      gfpNames: true,
      columns: ['total_vm', 'rss', 'nr_ptes', 'nr_pmds', 'swapents', 'oom_score_adj'],
      killed: 'with shmem',
    },
  },
  {
    name: '3.10',
    badness: eraOfRelease([3, 10, 0]),
    scoreFile: 'thousandths',
    ...BEFORE_REAPER,
    policyKillsCurrent: false,
    cpusetKeepsOut: true,
    report: OLD_REPORT,
  },
  {
    name: '3.0',
    badness: eraOfRelease([3, 0, 0]),
    scoreFile: 'points',
    ...BEFORE_REAPER,
    policyKillsCurrent: false,
    cpusetKeepsOut: true,
    report: {
      ...OLD_REPORT,
      uname: '3.0.0-lab',
      invoker: 'oom_adj and oom_score_adj',
      stackHead: 'Pid',
      columns: ['total_vm', 'rss', 'cpu', 'oom_adj', 'oom_score_adj'],
    },
  },
  {
    name: '2.6.24',
    badness: eraOfRelease([2, 6, 24]),
    scoreFile: 'points',
    ...BEFORE_REAPER,
    policyKillsCurrent: true,
    cpusetKeepsOut: false,
    report: {
      ...OLD_REPORT,
      uname: '2.6.24-lab',
      invoker: 'oomkilladj',
      cpusetLine: false,
      stackHead: 'Pid',
      columns: null,
      choice: 'or a child',
      killed: 'name',
    },
  },
];

export const OOM_RULE_NAMES: readonly string[] = OOM_RULES.map((r) => r.name);

/** The rules of this name, or null. */
export const findOomRules = (name: string): OomRules | null => OOM_RULES.find((r) => r.name === name) ?? null;

/** The rules that a decision was made by. */
export const rulesOf = (record: { rules: string }): OomRules => findOomRules(record.rules) ?? OOM_RULES[0];

/** The rules this kernel's OOM killer goes by. */
export const oomRules = (k: Kernel): OomRules => findOomRules(k.oomRules) ?? OOM_RULES[0];
