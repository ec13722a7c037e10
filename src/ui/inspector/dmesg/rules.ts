/** Which lines of a report belong together, by what they say. */
export type Rule = { id: string; test: RegExp; starts?: RegExp };

/** Which lines belong together: of a rule, one after the other; `starts` begins another item. */
const RULES: readonly Rule[] = [
  { id: 'invoked', test: /invoked oom-killer/ },
  // Kernels before 5.0 say so in a line of its own.
  { id: 'cpusetOf', test: /^\S.* cpuset=\S+ mems_allowed=[\d,-]+$/ },
  {
    id: 'counts',
    test: /^Mem-Info:|^ ?(active_anon|active_file|unevictable|slab_reclaimable|mapped|sec_pagetables|kernel_misc_reclaimable|free):\d/,
  },
  { id: 'node', test: /^Node \d+ active_anon:/, starts: /^Node/ },
  { id: 'zone', test: /^Node \d+ \S+ free:|^lowmem_reserve\[\]/, starts: /^Node/ },
  { id: 'buddy', test: /^Node \d+ \S+: \d+\*/ },
  { id: 'huge', test: /hugepages_total/ },
  { id: 'pagecache', test: /total pagecache pages/ },
  { id: 'swapCache', test: /pages in swap cache/ },
  { id: 'swap', test: /^(Free|Total) swap/ },
  { id: 'ram', test: /pages (RAM|HighMem|reserved|cma|hwpoisoned)/ },
  { id: 'tasks', test: /^Tasks state|^\[ {0,2}pid {0,2}\]|^\[ *\d+\] / },
  { id: 'oomKill', test: /^oom-kill:/ },
  { id: 'choice', test: /: [Kk]ill process \d+ \(.*\) score \d+ or / },
  { id: 'killed', test: /Killed process \d+/, starts: /Killed process/ },
  { id: 'reaped', test: /^oom_reaper: reaped/ },
  { id: 'usage', test: /^(memory|swap|kmem|memory\+swap): usage/ },
  {
    id: 'stats',
    test: /^Memory cgroup stats|^[a-z_]+ \d+$/,
  },
  { id: 'group', test: /going to be killed due to memory\.oom\.group/ },
  { id: 'nobody', test: /no killable processes/ },
  { id: 'panic', test: /^Kernel panic|end Kernel panic/ },
  {
    id: 'stack',
    test: /^CPU:|^Pid: \d|^ +\w+$|^Hardware|^Call Trace|^Workqueue:|^ +<\/?TASK>|^ +\S+\+0x|^(RIP|Code|RSP|RAX|RDX|RBP|R10|R13)/,
  },
];

export const ruleOf = (line: string): Rule | null => RULES.find(({ test }) => test.test(line)) ?? null;
