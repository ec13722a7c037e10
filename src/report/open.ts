/** A report while it is read. */
import type { KillLine, LogLine, RawReport } from './types';

export const newReport = (l: LogLine): RawReport => ({
  line: l.n,
  lastLine: l.n,
  host: l.host,
  time: l.time,
  stamp: l.stamp,
  invoker: null,
  uname: null,
  gfp: null,
  oldHead: false,
  order: null,
  workqueue: null,
  cpuset: null,
  memsAllowed: null,
  stack: [],
  counts: {},
  nodes: [],
  zones: [],
  hugePages: [],
  totals: {},
  freeSwapKb: null,
  totalSwapKb: null,
  slabs: [],
  memInfo: false,
  cgroup: null,
  table: null,
  summary: null,
  selected: null,
  kills: [],
  reaped: [],
  group: false,
  groupPath: null,
  noKillable: false,
  panic: null,
  alreadyExiting: null,
  cuts: [],
  tableCut: false,
  oldKillForm: false,
});

type Section = 'head' | 'mem' | 'stats' | 'slab' | 'tasks' | 'end' | 'foreign';

/** A report that is being read. */
export interface Open {
  r: RawReport;
  section: Section;
  /** The last thing read was a table's row or header. */
  inTable: boolean;
  /** Processes whose rows were read. */
  pids: Set<number>;
}

/** A report that begins at a line, or in its midst. */
export const openAt = (l: LogLine, section: Section): Open => ({
  r: newReport(l),
  section,
  inTable: false,
  pids: new Set(),
});

/** Log shippers repeat lines. */
export function addKill(kills: KillLine[], k: KillLine): void {
  const near = kills.slice(-60);
  if (!near.some((x) => x.pid === k.pid && x.comm === k.comm && x.totalVmKb === k.totalVmKb)) kills.push(k);
}
