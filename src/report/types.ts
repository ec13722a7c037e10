/** What the text of a report says, before anything is concluded from it. */

/** One message of the kernel, freed of what the log's way put around it. */
export interface LogLine {
  /** Line of the text, from 1. */
  n: number;
  text: string;
  /** A time stamp, a program's name or the like stood in front. */
  prefixed: boolean;
  /** It began with blanks, after the prefix was taken off. */
  indented: boolean;
  /** Seconds since boot, where the kernel's own time stamp is there. */
  time: number | null;
  /** The log's time stamp as written ("Jan 19 17:48:53"), where there is one. */
  stamp: string | null;
  /** The machine's name in the log, or "". */
  host: string;
}

export interface TaskRow {
  pid: number;
  tgid: number;
  uid: number;
  /** Pages. */
  total_vm: number;
  /** Pages. */
  rss: number;
  rss_anon: number | null;
  rss_file: number | null;
  rss_shmem: number | null;
  nr_ptes: number | null;
  nr_pmds: number | null;
  /** Bytes; from the counts of tables where the kernel prints those; null where it prints neither. */
  pgtables_bytes: number | null;
  /** Pages; null where the kernel does not print it. */
  swapents: number | null;
  oom_score_adj: number;
  /** The old scale, -17..15, where the kernel prints it. */
  oom_adj: number | null;
  name: string;
  /** Columns that no released kernel prints. */
  extra: Record<string, number>;
  line: number;
}

export interface TaskTable {
  /** Names of the columns between the pid and the name; null where the header is missing and they were inferred. */
  columns: string[] | null;
  rows: TaskRow[];
  /** Columns that no released kernel prints. */
  unknown: string[];
  /** Rows that could not be read. */
  damaged: number;
}

export interface ReportedZone {
  node: number;
  name: string;
  /** All values of the line in kB, by their names in the line. */
  kb: Record<string, number>;
  /** lowmem_reserve[], pages. */
  reserve: number[];
  /** Free blocks: from the smallest on. */
  blocks: FreeBlocks[];
}
export interface FreeBlocks {
  count: number;
  kb: number;
  /** Letters of the kinds that the blocks are of ("UMEHC"), "" where not printed. */
  types: string;
}
export interface ReportedNode {
  node: number;
  kb: Record<string, number>;
}
export interface HugePages {
  node: number;
  total: number;
  free: number;
  kb: number;
}
export interface SlabCache {
  name: string;
  usedKb: number;
  totalKb: number;
}

export interface CgroupUsage {
  usageKb: number;
  /** null = none. */
  limitKb: number | null;
  failcnt: number;
}
export interface CgroupBlock {
  /** The group whose limit was hit. */
  path: string | null;
  /** The group of the task that hit it, where printed. */
  taskPath: string | null;
  memory: CgroupUsage | null;
  /** cgroup v1: memory and swap together. */
  memsw: CgroupUsage | null;
  /** cgroup v2. */
  swap: CgroupUsage | null;
  kmem: CgroupUsage | null;
  /** memory.stat by name; sizes in bytes. */
  stats: Record<string, number>;
}

export interface Summary {
  constraint: string | null;
  nodemask: string | null;
  cpuset: string | null;
  memsAllowed: string | null;
  global: boolean;
  oomMemcg: string | null;
  taskMemcg: string | null;
  task: string | null;
  pid: number | null;
  uid: number | null;
}

export interface KillLine {
  pid: number;
  comm: string;
  /** What stands in front: "Out of memory", "Memory cgroup out of memory", ... */
  message: string;
  totalVmKb: number | null;
  anonKb: number | null;
  fileKb: number | null;
  shmemKb: number | null;
  pgtablesKb: number | null;
  uid: number | null;
  adj: number | null;
  line: number;
  time: number | null;
}
export interface SelectedLine {
  pid: number;
  comm: string;
  score: number | null;
  /** What stands in front: "Out of memory", "Memory cgroup out of memory", ... */
  message: string;
  line: number;
}
export interface ReaperLine {
  pid: number;
  comm: string;
  anonKb: number | null;
  time: number | null;
  line: number;
}

/** Everything a report's text says. */
export interface RawReport {
  /** First and last line of the text that belong to it. */
  line: number;
  lastLine: number;
  host: string;
  time: number | null;
  stamp: string | null;
  invoker: { comm: string; pid: number | null; adj: number | null } | null;
  /** `uname -r`. */
  uname: string | null;
  gfp: { mask: number; names: string | null } | null;
  /** The first line is of the years before 2.6.36, by its form. */
  oldHead: boolean;
  order: number | null;
  workqueue: string | null;
  cpuset: string | null;
  memsAllowed: string | null;
  /** Functions of the stack dump. */
  stack: string[];
  /** The global counters of Mem-Info, pages. */
  counts: Record<string, number>;
  nodes: ReportedNode[];
  zones: ReportedZone[];
  hugePages: HugePages[];
  /** "pages RAM" and its like, by name: `ram`, `reserved`, `highmem`, `cma`, `pagecache`, `swapcache` in pages. */
  totals: Record<string, number>;
  freeSwapKb: number | null;
  totalSwapKb: number | null;
  slabs: SlabCache[];
  memInfo: boolean;
  cgroup: CgroupBlock | null;
  table: TaskTable | null;
  summary: Summary | null;
  /** "Kill process ... or sacrifice child": whom the kernel selected, which is not always who dies. */
  selected: SelectedLine | null;
  kills: KillLine[];
  reaped: ReaperLine[];
  /** memory.oom.group took the rest of the group too. */
  group: boolean;
  /** The cgroup that died as a whole. */
  groupPath: string | null;
  noKillable: boolean;
  panic: string | null;
  alreadyExiting: { pid: number; comm: string } | null;
  /** Lines where the text says that something was cut out. */
  cuts: number[];
  /** The cut stands inside the task table. */
  tableCut: boolean;
  /** "Killed process" lines are of the years before 5.1, by their form. */
  oldKillForm: boolean;
}

/** One kill of a log. */
export interface StoryEvent {
  line: number;
  time: number | null;
  stamp: string | null;
  pid: number;
  comm: string;
  /** Anonymous memory of the killed process, kB: what its end gives back for certain. */
  freedKb: number | null;
  /** File and shared memory that it had mapped: freed only where nobody else has it. */
  sharedKb: number | null;
  swapPages: number | null;
  /** First line of the report it belongs to; null where the report is not in the text. */
  report: number | null;
  /** How soon after the kill before it, where that was within a minute: the first had not helped. */
  soonAfterSeconds: number | null;
  /** Until the next kill of another report; null = there is none in the text, or the times are not known. */
  quietSeconds: number | null;
  /** The next kill came more than a minute later; null = not known. */
  helped: boolean | null;
  /** No other kill follows in the text. */
  last: boolean;
  /** Who grew most until the next report, pages; null where that cannot be told. */
  grew: { pid: number; comm: string; pages: number; isNew: boolean } | null;
  /** A process of this name had been killed before. */
  again: boolean;
}
export interface ParsedStory {
  events: StoryEvent[];
  repeated: { comm: string; kills: number }[];
}
