/** Words for machines that are rebuilt from a report. */
import { sizeText } from './en-report';

type Params = Record<string, string | number>;

const n = (x: string | number): string => Number(x).toLocaleString('en-US');

export const scenarioText = {
  title: (comm: string, pid: number): string => `The machine on which ${comm} (${pid}) was killed`,
  about: (kernel: string | null, line: number, grower: string, memcg: string | null): string =>
    `Built from the report in line ${line}${kernel === null ? '' : ` of a ${kernel} kernel`}: ${memcg === null ? 'its zones and watermarks' : 'the cgroup with its limit'}, and each task with its memory. Who grew a report does not say; here it is ${grower}.`,
};

const cannot: Record<string, (p: Params) => string> = {
  'no-cgroup-usage': () => 'The text does not say what the cgroup had in use, and what its limit was.',
  'no-limit': () => 'The cgroup had no limit that it could have reached: something else asked for the kill.',
  'below-limit': (p) =>
    `Only ${sizeText(Number(p.kb))} of ${sizeText(Number(p.limit))} were in use when the report was printed: what had filled the cgroup was gone.`,
  'does-not-fit-limit': (p) =>
    `Its tasks have ${n(p.pages)} pages more than the cgroup had in use: others are charged for them, and the report does not say who.`,
  constraint: (p) =>
    `Only some of the memory could be used (${p.constraint}), and the text does not say which, or how much there was besides.`,
  'page-size': (p) => `Its pages have ${n(p.bytes)} bytes; the lab’s have 4,096.`,
  highmem: () => 'It is a 32-bit machine with high memory; the lab’s is a 64-bit one.',
  order: (p) =>
    `${n(2 ** Number(p.order))} pages side by side were asked for: for so many the lab’s kernel kills nobody.`,
  'too-large': () => 'It has more than 16 GiB of RAM: the lab fills no larger one from a report, page by page.',
  'too-small': () => 'It has less RAM than the lab’s kernel needs to boot.',
  'swap-too-large': () => 'It has more swap than the lab’s machines can have.',
  'no-meminfo': () => 'The text does not hold the Mem-Info block: nobody can tell what was in memory.',
  'no-zones': () => 'The text does not hold what each zone has, and its watermarks.',
  'no-swap-line': () => 'The text does not say how much swap there was.',
  'no-table': () => 'The text does not hold the whole table of tasks.',
  'no-victim': () => 'The report names nobody who was killed, so there is nothing to run again.',
  'nobody-to-kill': () => 'No task of the table could be killed, or its rules need what no report prints.',
  'does-not-add-up': (p) =>
    `Its counters add up to ${n(p.pages)} pages more than the machine has: processes share memory in a way that a report does not tell.`,
};

const told: Record<string, (p: Params) => string> = {
  'machine-made-up': () =>
    'A cgroup was at its limit: the report says nothing of the machine around it, which is made up.',
  'limit-raised': (p) =>
    `The limit is ${sizeText(4 * Number(p.pages))} higher here: the lab charges a cgroup for its processes’ stacks and page tables, which that kernel did not do, or not all.`,
  'nodes-of-others': () =>
    'The report prints only the zones of the nodes that could be used: the others stand here as one node.',
  'nodes-merged': () => 'Its memory nodes are put together as one.',
  'swap-shared': (p) =>
    `Its tasks have ${n(p.entries)} entries in swap for ${n(p.used)} pages: each has its share of them here.`,
  'rows-left-out': (p) => `${n(p.n)} of the smallest tasks are left out; their memory is the kernel’s here.`,
  blocks: (p) =>
    `Where the free pages lay a report does not say: here ${p.invoker} takes blocks of ${n(p.pages)} pages until none is left.`,
  'old-rules': (p) => `The lab’s OOM killer goes by the rules of ${p.name} here, as that kernel’s did.`,
  'other-victim': (p) => `By the rules the lab will kill ${p.comm} (${p.pid}), not ${p.victim}.`,
};

/** Why a machine cannot be rebuilt. */
export const cannotRebuild = (code: string, params: Params): string => cannot[code]?.(params) ?? code;
/** What is different about a rebuilt machine. */
export const rebuildNote = (code: string, params: Params): string => told[code]?.(params) ?? code;
export const REBUILD_CODES = { cannot: Object.keys(cannot), told: Object.keys(told) };
