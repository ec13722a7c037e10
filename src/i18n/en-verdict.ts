/** The first sentence of a report: who was killed, because of what, and why that one. */

const integers = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const n = (x: number): string => integers.format(x).replace('-', '−');

export const verdictWords = {
  killed: (name: string): string => `${name} was killed`,
  chosen: (name: string): string => `${name} was chosen to be killed`,
  nobody: 'Nobody was killed',
  unnamed: 'The text does not say who was killed',
  noKillLine: 'the line of the kill is missing',
  /** What was full, clause by clause. */
  full: {
    both: ['RAM and swap were full'],
    'no-swap': ['RAM was full', 'there was no swap'],
    'swap-left': ['RAM was full'],
    ram: ['RAM was full'],
    lowmem: ['low memory was full'],
    'not-movable': ['the zones for memory that cannot be moved were full'],
    cgroup: ['its cgroup was at its limit'],
    'cgroup-no-limit': ['a kill was asked for in its cgroup (which has no limit of its own)'],
    'no-block': ['no large enough block of free memory was left'],
    nodes: ['the memory nodes that could be used were full'],
    'no-zone': ['the memory nodes that could be used have no zone for this request'],
    ordered: ['somebody asked for a kill with SysRq-f'],
    unknown: ['memory had run out'],
  },
  /** Where there is nobody whose cgroup it could be. */
  fullCgroup: ['a cgroup was at its limit'],
  /** Why that one. */
  largest: (both: boolean): string =>
    `it held more${both ? ' of both' : ' memory'} than any other process that may be killed`,
  largestOfGroup: 'it held more than any other process of the group that may be killed',
  adj: (adj: number): string => `its oom_score_adj of ${n(adj)} puts it before larger processes`,
  spared: (largest: string, adj: number): string => `the larger ${largest} is spared by its oom_score_adj of ${n(adj)}`,
  only: 'no other process there may be killed',
  highest: 'it had the highest score',
  asked: 'it was the one that asked: vm.oom_kill_allocating_task is set',
  child: (parent: string): string => `it was a child of ${parent}, which had the highest score`,
  childOfAsker: (parent: string): string =>
    `it was a child of ${parent}, which had asked: vm.oom_kill_allocating_task is set`,
  childOfChosen: (parent: string): string => `it was a child of ${parent}, which the kernel had chosen`,
  other: (name: string): string => `By the rules it should have been ${name}`,
  unchecked: 'Whether it was the right one cannot be told',
  panicked: 'the kernel panicked',
  nobodyKillable: 'there was no process that may be killed',
};
