/** The timeline's samples. */
import {
  LRU_ACTIVE_ANON,
  LRU_ACTIVE_FILE,
  LRU_INACTIVE_ANON,
  LRU_INACTIVE_FILE,
  WMARK_HIGH,
  WMARK_LOW,
  WMARK_MIN,
  wmarkPages,
} from '../linux/include/mmzone';
import {
  NR_LRU_BASE,
  PGSCAN_DIRECT,
  PGSCAN_KSWAPD,
  PGSTEAL_DIRECT,
  PGSTEAL_KSWAPD,
  PSWPIN,
  PSWPOUT,
} from '../linux/include/vmstat';
import { globalNodeState, nrFreePages } from '../linux/mm/vmstat';
import type { Machine } from './machine';
import { SAMPLE_NS } from './record';
import { accessTime, gaugeZone } from './window';

const EVENTS = [PGSCAN_KSWAPD, PGSCAN_DIRECT, PGSTEAL_KSWAPD, PGSTEAL_DIRECT, PSWPOUT, PSWPIN];

/** Takes a sample: rates are what happened since the last one. */
export function sample(m: Machine): void {
  const k = m.kernel;
  const now = EVENTS.map((e) => k.vmEvents[e]);
  now.push(k.psi.someTotal, k.psi.fullTotal);
  const { base } = m.sampled;
  const delta = (i: number): number => now[i] - (base[i] ?? 0);
  const share = (ns: number): number => Math.min(1, Math.max(0, ns / SAMPLE_NS));
  const lru = (list: number): number => globalNodeState(k, NR_LRU_BASE + list);
  const n = m.sampled.n++;
  m.sampled.base = now;
  // A part of the run that is gone through again has its samples already.
  if (n !== m.rec.samples.length) return;
  const zone = gaugeZone(k);
  m.rec.samples.push({
    t: n * SAMPLE_NS,
    free: nrFreePages(k),
    zoneFree: zone.free,
    zoneMin: wmarkPages(zone, WMARK_MIN),
    zoneLow: wmarkPages(zone, WMARK_LOW),
    zoneHigh: wmarkPages(zone, WMARK_HIGH),
    scannedKswapd: delta(0),
    scannedDirect: delta(1),
    stolenKswapd: delta(2),
    stolenDirect: delta(3),
    swapOut: delta(4),
    swapIn: delta(5),
    swapUsed: k.swap.total - k.swap.free,
    anon: lru(LRU_ACTIVE_ANON) + lru(LRU_INACTIVE_ANON),
    file: lru(LRU_ACTIVE_FILE) + lru(LRU_INACTIVE_FILE),
    psiSome: share(delta(6)),
    psiFull: share(delta(7)),
    eat: accessTime(m).ns,
  });
}
