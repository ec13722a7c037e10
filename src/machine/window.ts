/**
 * The recent past: counters kept every TICK_NS for two seconds, from which rates, the free gauge's line and the effective
 * access time are taken.
 */
import type { Kernel } from '../linux/include/kernel';
import type { Zone } from '../linux/include/mmzone';
import { TASK_RUNNING, WAIT_PAGE } from '../linux/include/sched';
import {
  NR_WRITTEN,
  PGACTIVATE,
  PGDEACTIVATE,
  PGPGIN,
  PGSCAN_DIRECT,
  PGSCAN_KSWAPD,
  PGSTEAL_ANON,
  PGSTEAL_DIRECT,
  PGSTEAL_FILE,
  PGSTEAL_KSWAPD,
  PSWPIN,
  PSWPOUT,
} from '../linux/include/vmstat';
import { meanLatency } from './caches';
import { MAX_NODES } from './config';
import { RAM_LATENCY_NS } from './costs';
import { type Machine, timeOf } from './machine';

export const TICK_NS = 10_000_000;
/** Two seconds, and one more as the base of the oldest difference. */
export const TICKS_KEPT = 201;
/** Rates are over 100 ms. */
const RATE_TICKS = 10;

/** Fields of a tick. All but the first and the last count since boot. */
const FREE = 0;
const TOUCHES = 1;
const WAITS = 2;
const WAIT_NS = 3;
const STEAL_FILE = 4;
const FILE_IN = 5;
const WRITTEN = 6;
const SWAP_OUT = 7;
const SWAP_IN = 8;
const NEW_ANON = 9;
const SCAN_KSWAPD = 10;
const SCAN_DIRECT = 11;
const STEAL_KSWAPD = 12;
const STEAL_DIRECT = 13;
/** Visits served by cache level 0, 1, … and RAM; up to 5. */
const SERVED = 14;
const STEAL_ANON = 19;
const AGED = 20;
const USED = 21;
const EAT = 22;
/** Free pages of the main zones of nodes 1, 2, …: from MORE_FREE + 1 on. */
const MORE_FREE = 22;
export const TICK_FIELDS = MORE_FREE + MAX_NODES;

export const createWindow = (): Machine['window'] => ({ n: 0, ring: new Float64Array(TICKS_KEPT * TICK_FIELDS) });

/** The largest zone of a node. */
function mainZone(k: Kernel, nid: number): Zone | null {
  let best: Zone | null = null;
  for (const z of k.zones) if (z.node === nid && z.managed > (best?.managed ?? 0)) best = z;
  return best;
}

/** The zone whose free pages the gauge shows: the largest, of several nodes that of the one with the least left. */
export function gaugeZone(k: Kernel): Zone {
  let best = k.zones[0];
  let least = Infinity;
  for (let nid = 0; nid < k.nodes.length; nid++) {
    const z = mainZone(k, nid);
    if (z === null || z.free / z.managed >= least) continue;
    least = z.free / z.managed;
    best = z;
  }
  return best;
}

function writeCounters(m: Machine, row: Float64Array): void {
  const k = m.kernel;
  const ev = k.vmEvents;
  let written = 0;
  for (const n of k.nodes) written += n.stat[NR_WRITTEN];
  for (let nid = 0; nid < MAX_NODES; nid++) row[nid === 0 ? FREE : MORE_FREE + nid] = mainZone(k, nid)?.free ?? 0;
  row[TOUCHES] = m.tally.touches;
  row[WAITS] = m.tally.waits;
  row[WAIT_NS] = m.tally.waitNs;
  // Who reads from a synchronous device waits on its own time, without going to sleep.
  for (const d of k.disks) {
    if (!d.synchronous) continue;
    row[WAITS] += d.reads;
    row[WAIT_NS] += d.reads * (d.latency + d.pageTime);
  }
  row[STEAL_FILE] = ev[PGSTEAL_FILE];
  // Counted in kB, swap included.
  row[FILE_IN] = ev[PGPGIN] / 4 - ev[PSWPIN];
  row[WRITTEN] = written;
  row[SWAP_OUT] = ev[PSWPOUT];
  row[SWAP_IN] = ev[PSWPIN];
  row[NEW_ANON] = m.tally.newAnon;
  row[SCAN_KSWAPD] = ev[PGSCAN_KSWAPD];
  row[SCAN_DIRECT] = ev[PGSCAN_DIRECT];
  row[STEAL_KSWAPD] = ev[PGSTEAL_KSWAPD];
  row[STEAL_DIRECT] = ev[PGSTEAL_DIRECT];
  row[STEAL_ANON] = ev[PGSTEAL_ANON];
  row[AGED] = ev[PGDEACTIVATE];
  row[USED] = ev[PGACTIVATE];
  const { served } = m.caches;
  for (let i = 0; i < 5; i++) row[SERVED + i] = i < served.length ? served[i] : 0;
}

/** The row of `ago` ticks before the latest; the oldest kept when it is older. Null before the first. */
function rowAgo(m: Machine, ago: number): Float64Array | null {
  const { n, ring } = m.window;
  if (n === 0) return null;
  const i = (n - 1 - Math.min(ago, n - 1, TICKS_KEPT - 1)) % TICKS_KEPT;
  return ring.subarray(i * TICK_FIELDS, (i + 1) * TICK_FIELDS);
}

/** Takes the values of this moment. */
export function tick(m: Machine): void {
  const w = m.window;
  const i = w.n % TICKS_KEPT;
  const row = w.ring.subarray(i * TICK_FIELDS, (i + 1) * TICK_FIELDS);
  w.n++;
  writeCounters(m, row);
  row[EAT] = accessTime(m).ns;
}

/** An access is a program's visit to a page. */
export interface AccessTime {
  ns: number;
  /** Share of accesses that waited for a disk. */
  p: number;
  /** Average ns of one that found its page in memory, and of one that waited. */
  ramNs: number;
  swapNs: number;
  /** Share of visits served by each cache level, RAM last. */
  hits: number[];
}

/** Effective access time over the last 100 ms: (1 − p) x RAM + p x swap. */
export function accessTime(m: Machine): AccessTime {
  const now = new Float64Array(TICK_FIELDS);
  writeCounters(m, now);
  const then = rowAgo(m, RATE_TICKS) ?? new Float64Array(TICK_FIELDS);
  const levels = m.config.caches.length;
  const hits: number[] = [];
  for (let i = 0; i <= levels; i++) hits.push(now[SERVED + i] - then[SERVED + i]);
  const ramNs = meanLatency(m.config.caches, hits);
  const visits = hits.reduce((a, b) => a + b, 0);

  // Those that wait right now have not been counted as waits that ended.
  let waiting = 0;
  let waitingNs = 0;
  const t = timeOf(m);
  for (const p of m.procs) {
    if (p.waitSince < 0) continue;
    waiting++;
    waitingNs += Math.max(0, t - p.waitSince);
  }
  const waits = now[WAITS] - then[WAITS] + waiting;
  const waitNs = now[WAIT_NS] - then[WAIT_NS] + waitingNs;
  const accesses = now[TOUCHES] - then[TOUCHES] + waiting;
  const p = accesses > 0 ? Math.min(1, waits / accesses) : 0;
  const disk = m.kernel.disks[m.kernel.swap.areas[0]?.disk ?? 0];
  const swapNs = waits > 0 && waitNs > 0 ? waitNs / waits : disk.latency + disk.pageTime;
  return {
    ns: (1 - p) * ramNs + p * swapNs,
    p,
    ramNs: visits > 0 ? ramNs : RAM_LATENCY_NS,
    swapNs,
    hits: hits.map((n) => (visits > 0 ? n / visits : 0)),
  };
}

/** Pages a second. */
export interface Flows {
  cacheDropped: number;
  fileIn: number;
  writeback: number;
  swapOut: number;
  swapIn: number;
  newAnon: number;
  scannedKswapd: number;
  scannedDirect: number;
  stolenKswapd: number;
  stolenDirect: number;
  /** pgsteal_anon and pgsteal_file. */
  stolenAnon: number;
  stolenFile: number;
  /** Active to inactive (pgdeactivate) and back (pgactivate), anon and file together. */
  aged: number;
  used: number;
}

/** Pages a second over the last 100 ms. */
export function flows(m: Machine): Flows {
  const now = rowAgo(m, 0);
  const then = rowAgo(m, RATE_TICKS);
  const ticks = Math.min(RATE_TICKS, m.window.n - 1);
  const rate = (field: number): number =>
    now && then && ticks > 0 ? Math.max(0, ((now[field] - then[field]) * 1e9) / (ticks * TICK_NS)) : 0;
  return {
    cacheDropped: rate(STEAL_FILE),
    fileIn: rate(FILE_IN),
    writeback: rate(WRITTEN),
    swapOut: rate(SWAP_OUT),
    swapIn: rate(SWAP_IN),
    newAnon: rate(NEW_ANON),
    scannedKswapd: rate(SCAN_KSWAPD),
    scannedDirect: rate(SCAN_DIRECT),
    stolenKswapd: rate(STEAL_KSWAPD),
    stolenDirect: rate(STEAL_DIRECT),
    stolenAnon: rate(STEAL_ANON),
    stolenFile: rate(STEAL_FILE),
    aged: rate(AGED),
    used: rate(USED),
  };
}

function history(m: Machine, field: number): number[] {
  const out: number[] = [];
  for (let ago = Math.min(TICKS_KEPT, m.window.n) - 1; ago >= 0; ago--) out.push(rowAgo(m, ago)?.[field] ?? 0);
  return out;
}
/** Free pages of the gauge's zone over the last two seconds, oldest first. */
export function freeHistory(m: Machine): number[] {
  const { node } = gaugeZone(m.kernel);
  return history(m, node === 0 ? FREE : MORE_FREE + node);
}
/** Effective access time over the last two seconds, ns, oldest first. */
export const eatHistory = (m: Machine): number[] => history(m, EAT);

/** It waits for a page that comes from a disk. */
export const waitsForPage = (t: { state: number; waitKind: number }): boolean =>
  t.state !== TASK_RUNNING && t.waitKind === WAIT_PAGE;
