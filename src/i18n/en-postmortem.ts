/** Words of the post-mortem screen and of its Markdown, apart from the lab's: they are loaded with that screen. */

const integers = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const n = (x: number): string => integers.format(x).replace('-', '−');
const plural = (x: number, one: string, many: string): string => `${n(x)} ${x === 1 ? one : many}`;
const capital = (sentence: string): string => `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}`;

export const pmWords = {
  title: 'Post-mortem',
  back: 'Back to the lab',
  backShort: '← Lab',
  pasteTitle: 'Why did the OOM killer kill it?',
  pasteLabel: 'Kernel log with an OOM report',
  pasteHelp:
    'Paste a log (dmesg, journal, syslog, kubectl, serial console, CSV or JSON of a log store), drop a file on this page, or choose one. Any kernel since 2.6.32. The text is read in this tab: it is not uploaded, and not put into the address.',
  explain: 'Explain',
  choose: 'Choose a file…',
  again: 'Another log',
  reading: (size: number): string => `Reading ${n(Math.ceil(size / 1024))} KiB…`,
  failed: (why: string): string => `The text could not be read: ${why}.`,
  nothingPasted: 'There is no text to explain yet.',
  instead: (sentence: string): string => `${capital(sentence)}.`,
  noReport: (sentence: string): string =>
    `${capital(sentence)}. A report begins with a line such as “… invoked oom-killer: gfp_mask=…” and ends with “Killed process …”.`,
  found: (reports: number, lines: number, inside: number): string =>
    `${plural(lines, 'line', 'lines')} read, ${n(inside)} of them in ${plural(reports, 'report', 'reports')}. Nothing left this tab.`,
  readShare: 'How much of the text has been read',
  cancel: 'Cancel',
  toLab: 'Load this machine into the lab',
  loadingLab: 'Building the machine…',
  toLabSub: 'Its zones, its watermarks and every task with its memory, moments before it ran out.',
  toLabSubCgroup: 'The cgroup with its limit and every task with its memory, moments before it was full.',
  notToLab: 'This machine cannot be rebuilt in the lab.',
  copy: 'Copy as Markdown',
  copied: 'The report is on the clipboard, as Markdown.',
  copyFailed: 'The browser did not allow copying.',
  link: 'Copy link with this report',
  linkSub: 'The link holds the text of the report: whoever gets it can read it.',
  linkCopied: 'The link is on the clipboard. It holds the text of this report: whoever gets it can read it.',
  linkTooLong:
    'This report is too long for a link: even compressed it would have more than 32,000 characters. Copy it as Markdown, or send the log itself.',
  linkDamaged: 'This link is damaged: the report in it cannot be read.',
  reports: 'Reports in this log',
  reportLine: (line: number): string => `line ${n(line)}`,
  repeated: (comm: string, kills: number): string => `${comm} was killed ${plural(kills, 'time', 'times')}.`,

  swapLeft: (size: string): string => `${size} of swap were left.`,
  fullCgroup: (path: string, limit: string): string => `The limit of the cgroup ${path} is ${limit}.`,
  held: (rss: string, swap: string, share: number | null): string =>
    `It held ${rss} in RAM${swap === '' ? '' : ` and ${swap} in swap`}${share === null ? '' : `, ${share} % of ${swap === '' ? 'what there was' : 'both together'}`}.`,
  agrees: 'agrees',
  differs: 'differs',
  unknown: 'not compared',
  agreesLine: (name: string): string => `Our computation names the same process as the kernel, ${name}`,
  agreesOther: 'The kernel acted as its rules say',
  differsLine: (ours: string, theirs: string): string => `Our computation names ${ours}, the kernel killed ${theirs}`,
  unknownLine: 'Our computation and the kernel cannot be compared',

  why: 'Why it ran out',
  noWhy: 'The text does not hold what would tell.',
  zones: 'Zones',
  zonesSub: 'free pages against min watermark and reserve',
  zone: 'zone',
  free: 'free',
  low: 'low',
  high: 'high',
  marks: 'free; min, low, high',
  gauge: (free: number, min: number, low: number | null, high: number | null): string =>
    `${n(free)} free, min ${n(min)}${low === null ? '' : `, low ${n(low)}`}${high === null ? '' : `, high ${n(high)}`}`,
  holds: 'what it holds',
  test: 'the test',
  outcome: 'so',
  zoneCodes: {
    refused: 'refused',
    'no-block': 'no free block of this order',
    'not-for-it': 'not for this request',
    allowed: 'would have been granted',
    unknown: 'cannot be told',
  } as Record<string, string>,
  cma: 'CMA',
  min: 'min',
  reserve: 'reserve',
  orderPages: 'order',

  memoryTotal: (size: string, pages: number): string => `${size}, ${plural(pages, 'page', 'pages')}`,
  noMemory: 'The text does not hold the counters that would tell.',
  part: 'part',
  size: 'size',
  pages: 'pages',
  share: 'share',
  sum: 'all',
  swap: 'Swap',
  swapNone: 'There was no swap.',
  swapUnknown: 'The text does not say how much swap there was.',
  swapUsed: (used: string, total: string): string => `${used} of ${total} swap in use`,
  swapLost: (total: string): string => `${total} of swap; the text does not say how much was in use.`,
  cgroupSwap: (used: string, limit: string | null): string =>
    `The cgroup has ${used} in swap, ${limit === null ? 'without a limit' : `of ${limit} allowed`}.`,

  request: 'The request',
  requestSub: 'decoded',
  constraints: {
    CONSTRAINT_NONE: 'The whole machine: no cgroup, cpuset or memory policy confined it.',
    CONSTRAINT_MEMCG: 'A memory cgroup was at its limit; the machine need not have been full.',
    CONSTRAINT_CPUSET: 'Only the nodes of a cpuset could be used.',
    CONSTRAINT_MEMORY_POLICY: 'Only the nodes of a memory policy could be used.',
  } as Record<string, string>,
  order: (order: number, size: string): string =>
    order < 0
      ? 'Nobody asked for pages: the kill was ordered.'
      : order === 0
        ? `One page of ${size}: fragmentation is not the cause.`
        : `${n(2 ** order)} pages of ${size} side by side.`,
  flagUnknown: 'A bit that this page has no words for.',
  noRequest: 'The text does not hold the request.',

  tasksSub: 'all values in pages',
  tasks: 'Tasks',
  noTasks: 'The text has no table of tasks.',
  task: 'task',
  rss: 'rss',
  swapents: 'swap',
  pageTables: 'page tables',
  adj: 'adj',
  adjTimes: (unit: number): string => `adj × ${n(unit)}`,
  points: 'points',
  diesAt: 'dies from adj',
  mark: 'the kernel',
  killed: '✕ killed',
  predicted: 'our pick',
  asked: 'asked',
  exempt: 'exempt: −1000',
  init: 'exempt: init',
  unranked: 'not ranked',
  tasksNote:
    '“Dies from adj” is the least oom_score_adj with which that task would have been killed in the victim’s stead.',
  showAllZones: (zones: number): string => `Show all ${n(zones)} zones`,
  showAll: (rows: number): string => `Show all ${n(rows)} tasks`,

  saved: 'What would have saved it',
  savedSub: 'drag a marker: the strip shows who dies for each oom_score_adj',
  adjOf: (comm: string, pid: number): string => `oom_score_adj of ${comm} (${pid})`,
  otherTask: 'Another task:',
  nobodyDies: 'nobody can be killed',
  moreSwap: 'More swap',
  moreLimit: 'A higher limit',
  missing: (of: 'swap' | 'limit', pages: number, size: string, zone: string): string =>
    of === 'swap'
      ? `In zone ${zone}, which lacked least, ${plural(pages, 'page was', 'pages were')} missing (${size}): min + reserve − free. With that much more swap, as much anonymous memory could have gone there, and this request would have been served. What was growing would have filled more as well.`
      : `${plural(pages, 'page was', 'pages were')} missing (${size}). With a limit that much higher this request would have been served. What was growing would have filled more as well.`,
  moreCodes: {
    'not-full': 'More swap would not have helped: there was swap left.',
    order: 'More swap would not have helped: a block of pages side by side was missing, not pages.',
    'nothing-to-swap': 'More swap would not have helped: there was too little anonymous memory to put into it.',
    'not-short': 'No zone was short of pages when the report was printed: what was missing cannot be told.',
    unknown: 'What more memory would have changed cannot be told from this text.',
  } as Record<string, string>,
  limitCodes: {
    'not-short': 'The cgroup was below its limit when the report was printed: what was missing cannot be told.',
  } as Record<string, string>,
  changesAt: (of: 'swap' | 'limit', size: string, comm: string, pid: number, adj: boolean): string =>
    `From ${size} more ${of === 'swap' ? 'swap' : 'of a limit'} on, ${comm} (${pid}) would be chosen instead, since ${adj ? 'oom_score_adj' : 'what uid 0 is spared'} counts in parts of the total.`,
  neverChanges: 'However much more there is, with these sizes the same one would be chosen.',
  tooLittle: (pages: number): string => `too little: ${plural(pages, 'page is', 'pages are')} still missing.`,
  nothingMore: 'what it was.',
  served: (comm: string | null, pid: number | null, same: boolean): string =>
    comm === null
      ? 'this request would have been served.'
      : same
        ? `this request would have been served. Were that to fill up as well, the same victim, later.`
        : `this request would have been served. Were that to fill up as well, ${comm} (${pid}) would die instead.`,
  storySub: (kills: number): string => `${plural(kills, 'kill', 'kills')}`,
  storyTable: 'All kills',
  when: 'when',
  died: 'died',
  freed: 'anonymous memory freed',
  helped: 'did it help?',
  again2: 'again',
  timeline: (kills: number, seconds: number): string => `${n(kills)} kills within ${n(Math.ceil(seconds))} seconds`,
  timelineNote: 'Height: anonymous memory that the kill gave back. Red: the next kill came within a minute.',
  helpedFor: (seconds: string): string => `for ${seconds}`,
  notHelped: (seconds: string): string => `no: the next kill came ${seconds} later`,
  lastKill: 'the last one in this text',
  helpUnknown: 'the text does not say when the next kill came',
  grew: (comm: string, pid: number, size: string, isNew: boolean): string =>
    isNew ? `until then ${comm} (${pid}) had come, with ${size}` : `until then ${comm} (${pid}) grew by ${size}`,
  dies: (comm: string, pid: number): string => `${comm} (${pid}) dies`,
  adjRange: (from: number, to: number): string => (from === to ? `adj ${n(from)}` : `adj ${n(from)} to ${n(to)}`),
  was: (adj: number): string => `it was ${n(adj)}`,
  notSaved: 'No oom_score_adj of its own would have changed the choice: there was nobody else to kill.',
  notSavedAllocating: 'No oom_score_adj would have changed this: vm.oom_kill_allocating_task kills whoever asks.',
  notSavedTotal: 'Not computed: the text does not say how much memory there was, which oom_score_adj is measured by.',
  notComputed: 'Not computed: where the rules do not name the victim, they cannot say what would have saved it.',
};

/** What a flag of a request says, by the name that the kernel prints. */
const flags: Record<string, string> = {
  GFP_KERNEL: 'Memory for the kernel itself. May wait, reclaim and do I/O.',
  GFP_KERNEL_ACCOUNT: 'Memory for the kernel, charged to the cgroup of the task.',
  GFP_USER: 'Memory that a process asked for and the kernel uses too. May wait, reclaim and do I/O.',
  GFP_HIGHUSER: 'Memory for a process, from any zone but Movable. May wait, reclaim and do I/O.',
  GFP_HIGHUSER_MOVABLE: 'Memory for a process, which can be moved later. May wait, reclaim and do I/O.',
  GFP_NOFS: 'May reclaim, but not call into a file system.',
  GFP_NOIO: 'May reclaim, but not start I/O.',
  GFP_ATOMIC: 'Must not wait; may dig into reserves.',
  GFP_NOWAIT: 'Must not wait.',
  GFP_TEMPORARY: 'Memory of the kernel that is soon given back.',
  GFP_TRANSHUGE: 'A huge page, worth waiting for.',
  GFP_TRANSHUGE_LIGHT: 'A huge page, if one is at hand.',
  GFP_DMA: 'From the DMA zone only.',
  GFP_DMA32: 'From below 4 GiB only.',
  __GFP_DMA: 'From the DMA zone only.',
  __GFP_DMA32: 'From below 4 GiB only.',
  __GFP_HIGHMEM: 'High memory will do.',
  __GFP_MOVABLE: 'The page can be moved later.',
  __GFP_RECLAIMABLE: 'The page is of a cache that can be shrunk.',
  __GFP_ZERO: 'The page is to be zeroed.',
  __GFP_COMP: 'As one compound page.',
  __GFP_HIGH: 'Urgent: may dig into part of the reserve.',
  __GFP_ATOMIC: 'From a place that cannot sleep.',
  __GFP_WAIT: 'May wait.',
  __GFP_IO: 'May start I/O.',
  __GFP_FS: 'May call into file systems.',
  __GFP_RECLAIM: 'May reclaim, and wakes kswapd.',
  __GFP_DIRECT_RECLAIM: 'May reclaim itself, and wait.',
  __GFP_KSWAPD_RECLAIM: 'Wakes kswapd.',
  __GFP_WRITE: 'The page will be written to soon.',
  __GFP_COLD: 'A page that no CPU cache holds will do.',
  __GFP_NOWARN: 'Says nothing when it fails.',
  __GFP_REPEAT: 'Tries harder than usual.',
  __GFP_RETRY_MAYFAIL: 'Tries hard, and may fail.',
  __GFP_NOFAIL: 'Must not fail: tries for ever.',
  __GFP_NORETRY: 'Gives up after one try.',
  __GFP_MEMALLOC: 'May use all of the reserves: it helps to free memory.',
  __GFP_NOMEMALLOC: 'Must not use the reserves.',
  __GFP_HARDWALL: 'From the nodes of its cpuset only.',
  __GFP_THISNODE: 'From this node only.',
  __GFP_ACCOUNT: 'Charged to the cgroup of the task.',
  __GFP_ZEROTAGS: 'Memory tags are to be zeroed.',
  __GFP_SKIP_KASAN: 'Not checked by KASAN.',
};

export const flagText = (flag: string): string => flags[flag] ?? pmWords.flagUnknown;
