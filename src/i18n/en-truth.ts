/** "How true is this?": what the model was held against, and what it leaves out. */
export const enTruth = {
  'truth.title': 'How true is this?',
  'truth.about':
    'Real kernels were booted with little RAM, driven out of memory and recorded. The model gets the machine and the script, not the answers, and is held against the recording, check by check, within the spread that two recordings of the same run have among themselves.',
  'truth.caption': '{n} {n|recording|recordings} of Linux 6.12 and 6.1',
  'truth.what': 'what',
  'truth.checks': 'checks',
  'truth.agree': 'agree',
  'truth.group.watermarks': 'watermarks and reserves, to the page',
  'truth.group.kills': 'victims in order, constraint, panic',
  'truth.group.answers': 'mmap granted or refused, errno',
  'truth.group.when': 'when the kill comes',
  'truth.group.state at OOM': 'free, lists, slab, page tables in the report',
  'truth.group.tasks at OOM': 'the processes in the report',
  'truth.group.oom_score': '/proc/PID/oom_score over time',
  'truth.group.trajectory': 'meminfo and RSS over time',
  'truth.group.counters': 'pages scanned, reclaimed, swapped, faulted',
  'truth.unreadable': 'The figures could not be read ({why}).',
  'truth.simplified': 'What is simplified, and what it does',
  'truth.simple.cgroups':
    'Control groups are version 2’s, with the memory controller alone: a process’s small kernel objects are charged as a lump, and pressure is kept, and dirty pages are limited, for the whole machine.',
  'truth.simple.thp':
    'Huge pages come with page faults and are split under pressure; khugepaged makes none, and they go to swap page by page. Compaction looks at more frames than the kernel’s, and moves the same.',
  'truth.simple.threads':
    'One thread per process, and the time that work takes comes from a table: durations are plausible, decisions are exact. Tasks share a cpu as EEVDF (6.12) or CFS (6.1) has it; they move to another one by simpler rules than the kernel’s.',
  'truth.simple.slab':
    'Slab is four caches: one that can shrink, one that cannot, the nodes of the page and swap cache, and the descriptors of writes to swap. Which object goes first is not told apart.',
  'truth.simple.lru':
    'How far kswapd and an allocating process get in between each other depends on the speed of cpu and disk: with swap, the moment of a kill can differ by a percent or two.',
} as const;
