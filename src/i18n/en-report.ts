/** Sentences of the post-mortem, by code. Page and command line use the same. */

export type ReportParams = Record<string, string | number>;

const integers = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** A number with separators, or the text itself. */
const n = (x: string | number | undefined): string => (typeof x === 'number' ? integers.format(x) : (x ?? '?'));

/** "1.9 GiB" of a number of kB. */
export function sizeText(kb: number): string {
  if (kb >= 1024 * 1024) return `${(kb / 1024 / 1024).toFixed(1)} GiB`;
  if (kb >= 1024) return `${(kb / 1024).toFixed(1)} MiB`;
  return `${integers.format(kb)} kB`;
}

const kb = (x: string | number | undefined): string => (typeof x === 'number' ? sizeText(x) : '?');
const pages = (x: string | number | undefined): string => `${n(x)} page${x === 1 ? '' : 's'}`;

type Sentence = (p: ReportParams) => string;

const reasons: Record<string, Sentence> = {
  'highest-score': (p) => `it has the highest score of all listed tasks by the rules of ${p.era}`,
  'highest-score-rows-lost': (p) =>
    `it has the highest score of the tasks that could be read, by the rules of ${p.era}; some rows are damaged`,
  'highest-score-root-bonus': (p) =>
    `it has the highest score by the rules of ${p.era} when uid 0 gets no bonus, as in a container without CAP_SYS_ADMIN`,
  'highest-any-total': () =>
    'no listed task is larger or has a higher oom_score_adj: it is first however much memory there was, which the text does not say',
  'allocating-task-child': (p) =>
    `vm.oom_kill_allocating_task is set, so that ${p.selected}, which asked for memory, was to die, but kernels before 5.1 kill a child in its parent's stead`,
  'allocating-task': () => 'vm.oom_kill_allocating_task is set: whoever asked for memory dies, whatever the scores are',
  tie: () =>
    'it has exactly the same score as another task, and which of equals dies hangs on their order in the task list',
  close: (p) =>
    `its score is only ${n(p.behind)} behind the highest: the table is printed after the choice, and the sizes had moved`,
  'child-sacrificed': (p) =>
    `the kernel did select ${p.selected}, which has the highest score, but kernels before 5.1 kill a child in its parent's stead`,
  'not-in-table': () =>
    'the victim is not in the table: it had given up its memory between the choice and the printing of the table, or its row is not in the text',
  'patched-kernel': (p) =>
    `the table has a column that no released kernel prints (${p.column}): this kernel counts in its own way`,
  'development-kernel': (p) =>
    `this is a kernel between releases, whose rules differ from those of ${p.era}; by those another task is ahead by ${n(p.behind)} points`,
  'rows-lost': () => 'rows of the table are damaged, and the victim may be among them',
  unexplained: (p) =>
    `by the rules of ${p.era} another task is ahead by ${n(p.behind)} points, and the text does not say why it lived`,
  'no-table': () => 'the text has no table of tasks, so nothing can be computed',
  'empty-table': () => 'the table lists no task: there was nobody to kill',
  'none-killable': () => 'the kernel found no process that it may kill',
  'rows-missing': () => 'the rows of the table are not in the text, so nothing can be computed',
  'table-cut': () => 'the table is cut, so the tasks that are missing cannot be ranked',
  'old-rules': () => 'kernels before 2.6.36 also looked at CPU time, run time and niceness, which no report prints',
  'total-unknown': () => 'the text does not say how much memory there was, which oom_score_adj is measured by',
  'cgroup-swap-unknown': () =>
    'the total of this cgroup includes swap of a size that the report does not print, and the order of the tasks hangs on it',
  'no-victim': () => 'the text does not say who died',
  'already-exiting': () => 'the chosen process was exiting already',
  'panic-all-reaped': () =>
    'no task could be killed: those of the table that may be killed had been killed and reaped before, which the table does not show',
  panic: () => 'the kernel panicked instead of killing',
};

/** Pages that count as free, and that kernels with rules of their own for CMA do not give out. */
const cmaText = (p: ReportParams): string =>
  Number(p.cmaCounted) > 0
    ? ` Its free pages count ${n(p.cmaCounted)} of CMA; without those it would have refused, as kernels do that keep CMA for its devices.`
    : '';
const groupText = (p: ReportParams): string =>
  p.path === '?' ? 'a cgroup that the text does not name' : `the cgroup ${p.path}`;
const timesText = (p: ReportParams): string => (p.failcnt === 1 ? 'once' : `${n(p.failcnt)} times`);
const invokerText = (p: ReportParams): string => `${p.invoker}${p.pid === '' ? '' : ` (${p.pid})`}`;

const notes: Record<string, Sentence> = {
  sysrq: () => 'Somebody asked for the kill with SysRq-f (order=-1): memory need not have been short.',
  'limit-reached': (p) =>
    `The limit of ${groupText(p)} was reached, not that of the machine: ${kb(p.usage)} of ${kb(p.limit)} in use, ${timesText(p)} refused.`,
  'memsw-reached': (p) =>
    `The limit of ${groupText(p)} for memory and swap together was reached: ${kb(p.usage)} of ${kb(p.limit)} in use, ${timesText(p)} refused.`,
  'limit-left': (p) =>
    `The limit of ${groupText(p)} had been reached, not that of the machine. When the report was printed, ${kb(p.usage)} of ${kb(p.limit)} were in use: memory had been given back already.`,
  cgroup: (p) =>
    p.path === '?'
      ? 'The limit of a cgroup was reached; the text does not say of which one, and how high it is.'
      : `The limit of the cgroup ${p.path} was reached; the text does not say how high it is.`,
  'cgroup-no-swap': () => 'The cgroup may not use swap, so its anonymous memory could go nowhere.',
  cpuset: (p) => `The request could use the nodes of the cpuset ${p.cpuset} only (${p.nodes}).`,
  mempolicy: (p) => `A memory policy bound the request to node${/^\d+$/.test(String(p.nodes)) ? '' : 's'} ${p.nodes}.`,
  'page-fault': () => 'The mask is 0: a page fault had run out of memory, and called the OOM killer on its way out.',
  'zone-refused': (p) =>
    `Zone ${p.zone} refused: ${n(p.free)} free${Number(p.cma) > 0 ? ` - ${n(p.cma)} CMA` : ''}${Number(p.order) > 0 ? ` - ${2 ** Number(p.order) - 1}` : ''} ≤ ${n(p.min)} min${p.reserveKnown === 0 ? '' : ` + ${n(p.reserve)} reserved for lower requests`} (pages).`,
  'zones-refused': (p) => `${n(p.n)} zones refused; the one that lacked least is ${p.zone}.`,
  'zone-no-block': (p) =>
    `Zone ${p.zone} has ${n(p.free)} free pages, more than its ${n(p.min)} min, but no free block of order ${p.order}.`,
  'zone-allowed': (p) =>
    `Zone ${p.zone} would have granted the request when the report was printed: ${n(p.free)} free > ${n(p.min)} min + ${n(p.reserve)} reserved. It had refused a moment before, or has been freed into since.${cmaText(p)}`,
  'zones-allowed': (p) =>
    `Zones ${p.zones} would have granted the request when the report was printed. They had refused a moment before, or have been freed into since.`,
  'no-usable-zone': (p) => `The request cannot use any zone that it was allowed: ${p.zones}.`,
  lowmem: (p) => `${pages(p.pages)} are free in high memory, which this request cannot use: low memory ran out.`,
  'movable-free': (p) =>
    `${pages(p.pages)} are free in the zone Movable, which this request cannot use: what it asks for cannot be moved.`,
  fragmented: (p) =>
    `Memory is fragmented: enough is free, but not in blocks of ${2 ** Number(p.order)} pages side by side.`,
  'plenty-free': (p) =>
    `${pages(p.pages)} are free. What counts is the zone, the node, the block size or the limit, not the sum.`,
  tmpfs: (p) =>
    `${p.share} % is shared memory or tmpfs (${pages(p.pages)}). It is counted as cache, but cannot be dropped, and killing a process does not delete its files.`,
  slab: (p) =>
    `${p.share} % is unreclaimable slab (${pages(p.pages)}): the kernel's own memory. No kill frees it; it may be a leak.`,
  'slab-top': (p) => `The largest unreclaimable slab cache is ${p.name} with ${kb(p.kb)}.`,
  stacks: (p) => `${p.share} % is kernel stacks (${pages(p.pages)}): a very great number of threads.`,
  'page-tables': (p) => `${p.share} % is page tables (${pages(p.pages)}).`,
  hugetlb: (p) =>
    `${p.share} % is the pool of huge pages (${kb(p.kb)}, ${p.freeKb === p.kb ? 'none of it in use' : p.freeKb === 0 ? 'all of it in use' : `${kb(p.freeKb)} of it unused`}): set aside with vm.nr_hugepages, and lost to all other requests.`,
  zspages: (p) =>
    `${p.share} % is swap kept in RAM, compressed (zram or zswap, ${pages(p.pages)}): what went to swap there still takes memory.`,
  'file-cache': (p) =>
    `${p.share} % is file cache (${pages(p.pages)}) that could not go fast enough, or lies where this request cannot use it.`,
  'file-dirty': (p) =>
    `${p.share} % is file cache (${pages(p.pages)}), most of it still to be written: ${pages(p.dirty)} dirty or under writeback.`,
  unaccounted: (p) =>
    `${p.share} % (${pages(p.pages)}) is in no counter: drivers' memory, balloons, vmalloc and other pages that the kernel took for itself.`,
  'no-swap': () => 'There is no swap: anonymous memory could go nowhere.',
  'swap-full': (p) => `Swap is full (${kb(p.kb)}).`,
  'swap-left': (p) =>
    `${kb(p.free)} of ${kb(p.total)} swap are free: it could not be filled fast enough, or could not help this request.`,
  'swap-unowned': (p) =>
    `${pages(p.pages)} of swap belong to no listed task: shared memory and tmpfs are swapped out too.`,
  panicked: (p) => `Then the kernel panicked: ${p.text}`,
  'invoker-not-victim': (p) =>
    `${invokerText(p)} only happened to ask when there was none left: that alone makes it neither culprit nor victim. The kernel looks for the highest score, not for who asked.`,
  'invoker-thread': (p) =>
    `${invokerText(p)} is not listed, since threads are not, and ${p.victim} is the only process of the group that is: it is one of its threads.`,
  'invoker-unlisted': (p) =>
    `${invokerText(p)} is not in the table, which lists no threads: it may be a thread of ${p.victim} or of another process. The kernel looks for the highest score, not for who asked.`,
  'invoker-unknown': (p) =>
    `${invokerText(p)} happened to ask when there was none left; the text does not tell whether it is a thread of ${p.victim} or another process. The kernel looks for the highest score, not for who asked.`,
  'largest-not-victim': (p) =>
    `The largest task is ${p.largest} (${p.pid}) with ${pages(p.pages)} and oom_score_adj ${p.adj}; ${p.victim} with ${pages(p.victimPages)} and oom_score_adj ${p.victimAdj} scored higher.`,
  'largest-passed-over': (p) =>
    `The largest task is ${p.largest} (${p.pid}) with ${pages(p.pages)} and oom_score_adj ${p.adj}; the kernel killed ${p.victim} with ${pages(p.victimPages)} and oom_score_adj ${p.victimAdj}.`,
  'largest-dead': (p) =>
    `The largest task of the table, ${p.largest} (${p.pid}) with ${pages(p.pages)}, had been killed in an earlier report of this log and was giving its memory back: it could not be chosen again.`,
  'largest-protected': (p) =>
    `The largest task, ${p.largest} (${p.pid}) with ${pages(p.pages)}, is exempt: its oom_score_adj is -1000.`,
  group: (p) =>
    `memory.oom.group is set: ${n(p.n)} more process${p.n === 1 ? '' : 'es'} of the group were killed with the victim.`,
};

const warnings: Record<string, Sentence> = {
  'no-head': () => 'the first line ("... invoked oom-killer") is missing',
  'no-request': () => 'the first line does not give the request (gfp_mask, order)',
  'no-release': (p) => `the text does not name the kernel; by the form of its lines it is taken to be of ${p.era}`,
  'no-cgroup-usage': () => 'the lines with the usage and limit of the cgroup are missing',
  'no-meminfo': () => 'the Mem-Info block is missing',
  'counters-lost': () => 'counters of the Mem-Info block are missing',
  'no-zones': () => 'the lines of the zones are missing',
  'zones-lost': () => 'lines of a zone are missing (watermarks, lowmem_reserve or free blocks)',
  'swap-lost': () => 'a line about swap is missing',
  'no-totals': () => 'the totals ("pages RAM") are missing',
  'totals-differ': () =>
    '"pages RAM" and the sizes of the zones cannot both be right; where the memory was is reckoned by the zones',
  'no-table': () => 'the table of tasks is missing, or vm.oom_dump_tasks is 0',
  'no-rows': () => 'the rows of the table are missing',
  'no-header': () => 'the header of the table is missing',
  'rows-damaged': (p) => `${n(p.n)} row${p.n === 1 ? '' : 's'} of the table could not be read`,
  'unknown-columns': (p) => `the table has unknown columns: ${p.columns}`,
  cut: (p) => `the text was cut at ${n(p.n)} place${p.n === 1 ? '' : 's'}, first at line ${p.line}`,
  'victim-from-reaper': () => 'the line of the kill is missing; the victim is named by the OOM reaper',
  'no-kill-line': () => 'the line of the kill is missing',
  'cgroup-swap-unknown': () => 'the cgroup may use swap of a size that the report does not print',
  'constraint-none': () => 'the kernel printed CONSTRAINT_NONE, but a cgroup was out of memory',
  reversed: () => 'the log begins with its newest line: it was read from its end, and its lines are counted from there',
  'page-size-assumed': () => 'the page size is taken to be 4096 bytes; the text does not tell',
};

/** Names of the parts of memory. */
export const partNames: Record<string, string> = {
  anon: 'anonymous memory of processes',
  shmem: 'shared memory and tmpfs',
  file: 'file cache',
  unevictable: 'unevictable (locked)',
  slab_reclaimable: 'slab, reclaimable',
  slab_unreclaimable: 'slab, unreclaimable',
  pagetables: 'page tables',
  kernel_stack: 'kernel stacks',
  hugetlb: 'huge page pool',
  zspages: 'compressed swap (zram, zswap)',
  percpu: 'per-CPU memory',
  sock: 'sockets',
  free: 'free',
  rest: 'in no counter',
};

const text = (from: Record<string, Sentence>, code: string, p: ReportParams): string => from[code]?.(p) ?? code;

/** Why the rules and the kernel agree, differ or cannot be compared: half a sentence. */
export const reasonText = (code: string, p: ReportParams): string => text(reasons, code, p);
/** A whole sentence about the cause. */
export const noteText = (code: string, p: ReportParams): string => text(notes, code, p);
/** What is missing from the text: half a sentence. */
export const warningText = (code: string, p: ReportParams): string => text(warnings, code, p);

/** Words of the report for the terminal. */
export const reportWords = {
  noReport: 'no OOM report in this text',
  instead: {
    refused:
      'no OOM report in this text, but a page allocation failure: a request that the kernel refused, for which nobody is killed',
    'user-space':
      'no report of the kernel’s OOM killer in this text, but a kill by a program that watches memory (systemd-oomd, earlyoom, Android’s low memory killer): those choose by rules of their own and print no table',
  },
  where: (line: number, kernel: string | null): string =>
    `OOM report at line ${n(line)}${kernel === null ? '' : `, Linux ${kernel}`}`,
  asked: (name: string, what: string): string => `${name} asked for ${what} and got none.`,
  askedByThread: (name: string, what: string): string => `Its thread ${name} had asked for ${what}.`,
  askedItself: (what: string): string => `It had asked for ${what} itself.`,
  onePage: (flags: string): string => `one page (${flags})`,
  pages: (pages: number, order: number, flags: string): string =>
    `${n(pages)} pages side by side (order ${order}, ${flags})`,
  someMemory: 'memory',
  expected: (comm: string, pid: number, points: number): string =>
    `The rules name ${comm} (${pid}) with ${n(points)} points`,
  noFlags: 'no flags',
  memory: 'Where the memory was',
  saved: (adj: number, comm: string, pid: number, exact: boolean): string =>
    `${adj === -1000 ? `${exact ? 'Only an' : 'An'} oom_score_adj of -1000` : `An oom_score_adj of ${exact ? '' : 'about '}${adj} or less`} would have saved it; ${comm} (${pid}) would have died instead.`,
  tasks: 'Highest scores',
  story: 'All kills of this log',
  warnings: 'About this text',
};

/** Codes that have words. */
export const REPORT_CODES = {
  reasons: Object.keys(reasons),
  notes: Object.keys(notes),
  warnings: Object.keys(warnings),
};
