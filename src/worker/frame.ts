/** A frame: all that the screen shows of one moment. */

import { vmstatValues } from '../linux/fs/proc';
import type { Kernel } from '../linux/include/kernel';
import { MM_ANONPAGES, MM_FILEPAGES, MM_SHMEMPAGES, MM_SWAPENTS, MMF_OOM_SKIP } from '../linux/include/mm_types';
import {
  MAX_NR_ZONES,
  WMARK_HIGH,
  WMARK_LOW,
  WMARK_MIN,
  wmarkPages,
  ZONE_MOVABLE,
  ZONE_NAMES,
  ZONE_NORMAL,
  type Zone,
} from '../linux/include/mmzone';
import { PF_EXITING, PF_KTHREAD, PF_STOPPED, TASK_RUNNING, type Task, WAIT_PAGE } from '../linux/include/sched';
import { TRACEPOINT_NAMES, TRACEPOINTS } from '../linux/include/trace';
import { MS } from '../linux/include/units';
import { NR_LRU_BASE, NR_SWAPCACHE } from '../linux/include/vmstat';
import { findTask, isGlobalInit } from '../linux/kernel/sched/core';
import { psiNow } from '../linux/kernel/sched/psi';
import { readSysctl, SYSCTL_NAMES } from '../linux/kernel/sysctl';
import { getMmCounterSum } from '../linux/mm/mm_counters';
import {
  adjPoints,
  badnessFacts,
  inVfork,
  isUnkillable,
  OOM_UNKILLABLE,
  oomScoreFromPoints,
  sacrificeChild,
  totalpagesGlobal,
} from '../linux/mm/oom_kill';
import { zonePcpCount } from '../linux/mm/page_alloc';
import { genSize, lruGenFromSeq } from '../linux/mm/vmscan/lru_gen/mm_inline';
import { LRU_GEN_FILES } from '../linux/mm/vmscan/lru_gen/sysfs';
import { globalNodeState } from '../linux/mm/vmstat';
import { badnessSteps, replaces, sumOfSteps } from '../linux/versions/badness';
import { oomRules } from '../linux/versions/oom_rules';
import { occupied } from '../machine/caches';
import { currentOp } from '../machine/interpreter';
import { type Ended, type Machine, type Proc, timeOf } from '../machine/machine';
import { accessTime, eatHistory, flows, freeHistory, gaugeZone } from '../machine/window';
import { addKinds, countKinds, noKinds } from './kinds';
import { CHIPS } from './pageMap';
import { buildPath } from './path';
import type {
  Frame,
  GenerationFrame,
  KindPages,
  KswapdFrame,
  LogFrame,
  ProcFrame,
  Refusal,
  TraceFrame,
  ZoneFrame,
} from './protocol';

/** Zones that every x86-64 machine of one node shows, populated or not. */
const SHOWN_ZONES = ZONE_NORMAL + 1;
/** OOM decisions sent with a frame: the latest. */
const OOM_RECORDS_SENT = 20;

export const zoneId = (z: { node: number; name: string }): string => `${z.node}/${z.name}`;

function zoneFrame(z: Zone, kinds: KindPages): ZoneFrame {
  return {
    id: zoneId(z),
    name: z.name,
    node: z.node,
    present: z.present,
    managed: z.managed,
    free: z.free,
    pcp: zonePcpCount(z),
    min: wmarkPages(z, WMARK_MIN),
    low: wmarkPages(z, WMARK_LOW),
    high: wmarkPages(z, WMARK_HIGH),
    boost: z.boost,
    reserve: z.lowmemReserve[ZONE_MOVABLE] ?? 0,
    firstPfn: z.startPfn,
    endPfn: z.startPfn + z.present,
    kinds,
  };
}

/** A zone without pages: the machine has no memory at those addresses. */
function emptyZone(node: number, type: number, pfn: number): ZoneFrame {
  const name = ZONE_NAMES[type];
  return {
    id: `${node}/${name}`,
    name,
    node,
    present: 0,
    managed: 0,
    free: 0,
    pcp: 0,
    min: 0,
    low: 0,
    high: 0,
    boost: 0,
    reserve: 0,
    firstPfn: pfn,
    endPfn: pfn,
    kinds: noKinds(),
  };
}

function zoneFrames(k: Kernel, kinds: KindPages[]): ZoneFrame[] {
  const frames: ZoneFrame[] = [];
  const first = [1, 4096, 1_048_576];
  for (let type = 0; type < MAX_NR_ZONES; type++) {
    const own = k.zones.filter((z) => z.type === type);
    for (const z of own) frames.push(zoneFrame(z, kinds[z.idx]));
    if (own.length === 0 && type < SHOWN_ZONES) frames.push(emptyZone(0, type, first[type]));
  }
  return frames;
}

function neverOf(k: Kernel, t: Task): ProcFrame['never'] {
  if (isGlobalInit(t)) return 'init';
  if (t.flags & PF_KTHREAD) return 'kthread';
  if (t.mm < 0) return t.flags & PF_EXITING ? 'exiting' : 'no_mm';
  if (t.oomScoreAdj === -1000) return 'adj';
  if (k.mms[t.mm].flags & MMF_OOM_SKIP) return 'oom_skip';
  if (inVfork(k, t)) return 'vfork';
  return '';
}

function stateOf(t: Task): ProcFrame['state'] {
  if (t.flags & PF_EXITING || t.sigkill) return 'exiting';
  if (t.alloc !== null && !t.alloc.done) return 'stalled';
  if (t.flags & PF_STOPPED) return 'stopped';
  if (t.state === TASK_RUNNING) return 'running';
  return t.waitKind === WAIT_PAGE ? 'swap-in' : 'sleeping';
}

/** What a process is doing, in words of i18n/machine.ts. */
function doingOf(m: Machine, p: Proc): Refusal | null {
  if (p.prog === null) return null;
  const op = currentOp(m, p.prog);
  if (op === null) return null;
  const say = (code: string, params: Refusal['params'] = {}): Refusal => ({ code: `doing.${code}`, params });
  switch (op.op) {
    case 'touch':
      return op.rate ? say('touchRate', { region: op.region, rate: op.rate }) : say('touch', { region: op.region });
    case 'read':
      return op.rate ? say('readRate', { file: op.file, rate: op.rate }) : say('read', { file: op.file });
    case 'write':
      return say('write', { file: op.file });
    case 'append':
      return say('append', { file: op.file, done: p.prog.done, pages: op.pages });
    case 'malloc2':
      return say(op.touch ? 'mallocTouch' : 'malloc', { n: p.prog.done });
    case 'mmap':
      return say('mmap', { pages: op.pages });
    case 'sbrk':
      return say('sbrk', { pages: op.pages });
    case 'mlock':
      return say('mlock', { region: op.region });
    case 'exec':
      return say('exec', { name: op.name });
    default:
      return say(op.op);
  }
}

function procFrame(m: Machine, task: Task, p: Proc, totalpages: number): ProcFrame {
  const k = m.kernel;
  const mm = task.mm >= 0 ? k.mms[task.mm] : task.exitMm >= 0 ? k.mms[task.exitMm] : null;
  const count = (member: number): number => (mm ? getMmCounterSum(mm, member) : 0);
  const rules = oomRules(k);
  const era = rules.badness;
  const steps =
    mm && task.mm >= 0 && !isUnkillable(k, task) ? badnessSteps(era, badnessFacts(k, task, mm, era), totalpages) : [];
  const points = steps.length > 0 ? sumOfSteps(steps) : OOM_UNKILLABLE;
  return {
    pid: task.pid,
    comm: task.comm,
    uid: task.uid,
    chip: Math.max(0, p.chip) % CHIPS,
    state: stateOf(task),
    killedAt: -1,
    totalVm: mm ? mm.totalVm : 0,
    rssAnon: count(MM_ANONPAGES),
    rssFile: count(MM_FILEPAGES),
    rssShmem: count(MM_SHMEMPAGES),
    swap: count(MM_SWAPENTS),
    pgtables: mm ? mm.pgtablesBytes / 4096 : 0,
    adj: task.oomScoreAdj,
    // Shifts are not an amount of memory that could be drawn.
    adjPoints: era.score === 'total-vm-and-times' ? 0 : adjPoints(task.oomScoreAdj, totalpages),
    points: points === OOM_UNKILLABLE ? null : points,
    steps,
    oomScore: oomScoreFromPoints(points, totalpages, rules.scoreFile),
    never: points === OOM_UNKILLABLE ? neverOf(k, task) : '',
    doing: doingOf(m, p),
    minFlt: task.minFlt,
    majFlt: task.majFlt,
  };
}

/** A process that has gone. */
function endedFrame(e: Ended): ProcFrame {
  return {
    pid: e.pid,
    comm: e.comm,
    uid: e.uid,
    chip: e.chip % CHIPS,
    state: e.killed ? 'killed' : 'exited',
    killedAt: e.t,
    totalVm: 0,
    rssAnon: 0,
    rssFile: 0,
    rssShmem: 0,
    swap: 0,
    pgtables: 0,
    adj: e.adj,
    adjPoints: 0,
    points: null,
    steps: [],
    oomScore: 0,
    never: 'no_mm',
    doing: e.refused ? { code: 'doing.refused', params: {} } : null,
    minFlt: 0,
    majFlt: 0,
  };
}

function kswapdFrames(k: Kernel): KswapdFrame[] {
  return k.nodes.map((node) => {
    const task = k.tasks.find((t) => t.pid === node.kswapd);
    const sc = node.kswapdSc;
    return {
      node: node.id,
      running: task !== undefined && task.state === TASK_RUNNING,
      priority: sc ? Math.max(0, sc.priority) : 12,
      failures: node.kswapdFailures,
      scanned: sc ? sc.nrScanned : 0,
      reclaimed: sc ? sc.nrReclaimed : 0,
    };
  });
}

const ALWAYS_LOGGED = 200;
const MOST_LOGGED = 3000;

/** Lines from number `from` on, and in any case the last ones. */
function logFrames(k: Kernel, from: number): LogFrame[] {
  const total = k.log.length;
  const first = Math.max(0, total - MOST_LOGGED, Math.min(from, total - ALWAYS_LOGGED));
  return k.log.slice(first);
}

const MOST_TRACED = 400;

function traceFrames(m: Machine, from: number): TraceFrame[] {
  const { trace, tasks } = m.kernel;
  const first = Math.max(0, trace.seq - trace.size, trace.seq - MOST_TRACED, Math.min(from, trace.seq));
  const comms: Record<number, string> = {};
  for (const e of m.ended) comms[e.pid] = e.comm;
  for (const t of tasks) comms[t.pid] = t.comm;
  const frames: TraceFrame[] = [];
  for (let s = first; s < trace.seq; s++) {
    const i = s % trace.size;
    const name = TRACEPOINT_NAMES[trace.id[i]];
    const args: Record<string, number> = {};
    TRACEPOINTS[name].forEach((field, j) => {
      args[field] = trace.args[i * 4 + j];
    });
    frames.push({ seq: s, t: trace.time[i], pid: trace.pid[i], comm: comms[trace.pid[i]] ?? '', name, args });
  }
  return frames;
}

/** What the machine does not know about how it is being looked at. */
export interface FrameContext {
  seq: number;
  status: Frame['status'];
  stateHash: string;
  speed: number;
  achievedSpeed: number;
  /** Lines of the log and records of the trace that were sent already. */
  logSent: number;
  traceSent: number;
  /** Kinds by zone counted a moment ago, null = count now; see countKinds for `exact`. */
  kinds: KindPages[] | null;
  pageMap: Frame['pageMap'];
}

/** The generations of a type, youngest first. A machine of the lab has one node. */
function generations(k: Kernel, now: number, type: number): GenerationFrame[] {
  const g = k.nodes[0].lruvec.lrugen;
  const out: GenerationFrame[] = [];
  for (let seq = g.maxSeq; seq >= g.minSeq[type]; seq--) {
    const gen = lruGenFromSeq(seq);
    out.push({ seq, pages: genSize(g, gen, type), ageMs: Math.max(0, now - g.timestamps[gen]) / MS });
  }
  return out;
}

export function buildFrame(m: Machine, ctx: FrameContext): Frame {
  const k = m.kernel;
  const t = timeOf(m);
  const { config } = m;
  const zones = zoneFrames(k, ctx.kinds ?? countKinds(k, ctx.status !== 'running'));
  const totalpages = totalpagesGlobal(k);
  const procs: ProcFrame[] = [];
  k.tasks.forEach((task, i) => {
    if (!(task.flags & PF_KTHREAD) && m.procs[i]?.pid === task.pid)
      procs.push(procFrame(m, task, m.procs[i], totalpages));
  });
  const era = oomRules(k).badness;
  let candidate = -1;
  let most = Number.NEGATIVE_INFINITY;
  for (const p of procs) {
    // Of equals the one that the rules prefer.
    if (p.points === null || !replaces(era, p.points, most)) continue;
    most = p.points;
    candidate = p.pid;
  }
  const chosen = era.sacrificeChild && candidate >= 0 ? findTask(k, candidate) : null;
  const victim = chosen ? sacrificeChild(k, chosen, totalpages).pid : candidate;
  for (let i = m.ended.length - 1; i >= 0; i--) procs.push(endedFrame(m.ended[i]));
  const eat = accessTime(m);
  const psi = psiNow({ ...k, now: Math.max(k.now, t) });
  const last = m.rec.samples[m.sampled.n - 1];
  const disk = k.disks[k.swap.areas[0]?.disk ?? 0];
  const lru = (list: number): number => globalNodeState(k, NR_LRU_BASE + list);
  const present = k.zones.reduce((n, z) => n + z.present, 0);
  return {
    seq: ctx.seq,
    t,
    status: ctx.status,
    stateHash: ctx.stateHash,
    speed: ctx.speed,
    achievedSpeed: ctx.achievedSpeed,
    machine: {
      title: config.title,
      ram: config.ram,
      present,
      managed: k.totalramPages,
      swapTotal: k.swap.total,
      cpus: k.nrCpus,
      swapDevice: k.swap.total > 0 ? config.swapDevice : 'none',
      kernel: k.release.name,
      oomRules: k.oomRules,
      minFreeKbytes: k.sysctl.min_free_kbytes,
      thp: k.hasTHP,
    },
    kinds: zones.reduce((sum, z) => addKinds(sum, z.kinds), noKinds()),
    zones,
    swap: {
      total: k.swap.total,
      free: k.swap.free,
      cached: globalNodeState(k, NR_SWAPCACHE),
      latencyNs: disk.latency + disk.pageTime,
      pool: disk.zram?.poolPages ?? 0,
    },
    caches: config.caches.map((c, i) => ({
      name: c.name,
      bytes: c.bytes,
      latencyNs: c.latencyNs,
      occupied: occupied(m.caches, i),
      hits: eat.hits[i],
    })),
    eat: { ns: eat.ns, p: eat.p, ramNs: eat.ramNs, swapNs: eat.swapNs, history: eatHistory(m) },
    flows: flows(m),
    gauge: { zone: zoneId(gaugeZone(k)), history: freeHistory(m) },
    procs,
    totalpages,
    candidate,
    sacrifice: victim === candidate ? -1 : victim,
    path: buildPath(m),
    kswapd: kswapdFrames(k),
    psi: {
      some: psi.someAvg.map(percent),
      full: psi.fullAvg.map(percent),
      someNow: last?.psiSome ?? 0,
      fullNow: last?.psiFull ?? 0,
    },
    generations: k.lruGenEnabled ? { anon: generations(k, t, 0), file: generations(k, t, 1) } : null,
    lru: { inactiveAnon: lru(0), activeAnon: lru(1), inactiveFile: lru(2), activeFile: lru(3), unevictable: lru(4) },
    log: logFrames(k, ctx.logSent),
    logTotal: k.log.length,
    trace: traceFrames(m, ctx.traceSent),
    traceTotal: k.trace.seq,
    oomRecords: k.oomRecords.slice(-OOM_RECORDS_SENT),
    panic: k.panic,
    sysctl: sysctls(k),
    vmstat: vmstatValues(k),
    pageMap: ctx.pageMap,
    known: m.rec.known,
  };
}

/** An average of psi, fixed point with 11 fractional bits and in percent, as a share. */
const percent = (avg: number): number => avg / 2048 / 100;

function sysctls(k: Kernel): Record<string, string> {
  const values: Record<string, string> = {};
  for (const name of SYSCTL_NAMES) {
    const text = readSysctl(k, `vm.${name}`);
    if (typeof text === 'string') values[`vm.${name}`] = text.trim();
  }
  for (const path of LRU_GEN_FILES) values[path] = String(readSysctl(k, path)).trim();
  return values;
}
