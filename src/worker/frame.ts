/** A frame: all that the screen shows of one moment. */

import { vmstatValues } from '../linux/fs/proc';
import type { Kernel, OomRecord } from '../linux/include/kernel';
import { PF_KTHREAD } from '../linux/include/sched';
import { NR_LRU_BASE, NR_SWAPCACHE } from '../linux/include/vmstat';
import { findTask } from '../linux/kernel/sched/core';
import { psiNow } from '../linux/kernel/sched/psi';
import { readSysctl, SYSCTL_NAMES } from '../linux/kernel/sysctl';
import { THP_FILES } from '../linux/mm/huge_memory';
import { sacrificeChild, totalpagesGlobal } from '../linux/mm/oom_kill';
import { LRU_GEN_FILES } from '../linux/mm/vmscan/lru_gen/sysfs';
import { globalNodeState } from '../linux/mm/vmstat';
import { ZSWAP_FILES } from '../linux/mm/zswap_params';
import { type BadnessEra, replaces } from '../linux/versions/badness';
import { oomRules } from '../linux/versions/oom_rules';
import { occupied } from '../machine/caches';
import { type Machine, timeOf } from '../machine/machine';
import { accessTime, eatHistory, flows, freeHistory, gaugeZone } from '../machine/window';
import { cgroupFrames } from './frames/cgroups';
import { logFrames, traceFrames } from './frames/logs';
import { endedFrame, procFrame } from './frames/processes';
import { generations, kswapdFrames } from './frames/reclaim';
import { zoneFrames, zoneId } from './frames/zones';
import { addKinds, countKinds, noKinds } from './kinds';
import { buildPath } from './path';
import { type Frame, isMoving, type KindPages, type OomBrief, type ProcFrame } from './protocol';

/** OOM decisions sent with a frame: the latest. */
const OOM_RECORDS_SENT = 20;

/** What the machine does not know about how it is being looked at. */
export interface FrameContext {
  seq: number;
  status: Frame['status'];
  stateHash: string;
  speed: number;
  achievedSpeed: number;
  /** Lines of the log that were sent already. */
  logSent: number;
  /** Records of the trace that were, null = none is wanted. */
  traceSent: number | null;
  /** Kinds by zone counted a moment ago, null = count now; see countKinds for `exact`. */
  kinds: KindPages[] | null;
  pageMap: Frame['pageMap'];
}

/** pid of the one with the most points, of equals the one that the rules prefer; -1 = nobody. */
function worst(era: BadnessEra, procs: readonly ProcFrame[]): number {
  let candidate = -1;
  let most = Number.NEGATIVE_INFINITY;
  for (const p of procs) {
    if (p.points === null || !replaces(era, p.points, most)) continue;
    most = p.points;
    candidate = p.pid;
  }
  return candidate;
}

const brief = ({ t, invoker, invokerComm, chosen, chosenPoints, memcg, sacrificed }: OomRecord): OomBrief => ({
  t,
  invoker,
  invokerComm,
  chosen,
  chosenPoints,
  memcg,
  ...(sacrificed !== undefined && { sacrificed }),
});

export function buildFrame(m: Machine, ctx: FrameContext): Frame {
  const k = m.kernel;
  const t = timeOf(m);
  const { config } = m;
  const zones = zoneFrames(k, ctx.kinds ?? countKinds(k, !isMoving(ctx.status)));
  const totalpages = totalpagesGlobal(k);
  const procs: ProcFrame[] = [];
  k.tasks.forEach((task, i) => {
    if (!(task.flags & PF_KTHREAD) && m.procs[i]?.pid === task.pid)
      procs.push(procFrame(m, task, m.procs[i], totalpages));
  });
  const era = oomRules(k).badness;
  const candidate = worst(era, procs);
  // Who is dying already will not be chosen again.
  const next = findTask(
    k,
    worst(
      era,
      procs.filter((p) => p.state !== 'exiting'),
    ),
  );
  const victim = next ? sacrificeChild(k, next, totalpages) : null;
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
      nodes: k.nodes.length,
      swapDevice: k.swap.total > 0 ? config.swapDevice : 'none',
      kernel: k.release.name,
      oomRules: k.oomRules,
      minFreeKbytes: k.sysctl.min_free_kbytes,
      thp: k.thp.enabled !== 'never',
    },
    kinds: zones.reduce((sum, z) => addKinds(sum, z.kinds), noKinds()),
    zones,
    swap: {
      total: k.swap.total,
      free: k.swap.free,
      cached: globalNodeState(k, NR_SWAPCACHE),
      latencyNs: disk.latency + disk.pageTime,
      pool: (disk.zram?.poolPages ?? 0) + k.zswap.poolPages,
      zswapped: k.zswap.stored,
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
    cgroups: cgroupFrames(k),
    totalpages,
    candidate,
    sacrifice: victim === null || victim === next ? -1 : victim.pid,
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
    trace: ctx.traceSent === null ? [] : traceFrames(m, ctx.traceSent),
    traceTotal: k.trace.seq,
    oomRecords: k.oomRecords.slice(-OOM_RECORDS_SENT).map(brief),
    panic: k.panic,
    sysctl: sysctls(k),
    vmstat: vmstatValues(k),
    pageMap: ctx.pageMap,
    known: m.rec.known,
  };
}

/** An average of psi, fixed point with 11 fractional bits and in percent, as a share. */
const percent = (avg: number): number => avg / 2048 / 100;

/** Values of all settings, by name. */
export function sysctls(k: Kernel): Record<string, string> {
  const values: Record<string, string> = {};
  for (const name of SYSCTL_NAMES) {
    const text = readSysctl(k, `vm.${name}`);
    // A file that only does something when written has no value.
    values[`vm.${name}`] = typeof text === 'string' ? text.trim() : '';
  }
  for (const path of [...LRU_GEN_FILES, ...ZSWAP_FILES, ...THP_FILES])
    values[path] = String(readSysctl(k, path)).trim();
  return values;
}
