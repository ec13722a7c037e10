/**
 * The LRU of memory cgroups: whom global reclaim takes from next. §6.5.
 *
 * A node's lruvecs stand in generations (old and young) of eight bins each. Reclaim goes through the bins of the old
 * generation from a random one on; who has been aged moves to the young one, who is protected or small to the tail.
 */
import type { Kernel } from '../../../include/kernel';
import { type Lruvec, MEMCG_NR_BINS, MEMCG_NR_GENS, type PgData } from '../../../include/mmzone';
import type { ScanControl } from '../../../include/sched';
import { nextRandom } from '../../../kernel/sched/core';

/** MEMCG_LRU_*: what becomes of a lruvec that has had its turn. */
export const MEMCG_LRU_STAY = 0;
export const MEMCG_LRU_TAIL = 2;
export const MEMCG_LRU_OLD = 3;
export const MEMCG_LRU_YOUNG = 4;

const memcgGen = (seq: number): number => seq % MEMCG_NR_GENS;
const randomBin = (k: Kernel): number => nextRandom(k) % MEMCG_NR_BINS;
const fifo = (node: PgData, gen: number, bin: number): number[] => node.memcgLru.fifo[gen * MEMCG_NR_BINS + bin];

/** Takes a lruvec out of its list. */
function unlink(node: PgData, id: number): void {
  for (const list of node.memcgLru.fifo) {
    const at = list.indexOf(id);
    if (at >= 0) list.splice(at, 1);
  }
}

/** The generation that reclaim is at has come to its end when nobody is in it any more. */
function advance(node: PgData): void {
  const { seq, fifo: lists } = node.memcgLru;
  const first = memcgGen(seq) * MEMCG_NR_BINS;
  for (let bin = 0; bin < MEMCG_NR_BINS; bin++) if (lists[first + bin].length > 0) return;
  node.memcgLru.seq++;
}

/** lru_gen_rotate_memcg. */
export function lruGenRotateMemcg(k: Kernel, lruvec: Lruvec, op: number): void {
  const node = k.nodes[lruvec.nid];
  const g = lruvec.lrugen;
  const { seq } = node.memcgLru;
  const old = g.memcgGen;
  if (op === MEMCG_LRU_OLD) g.memcgGen = memcgGen(seq);
  else if (op === MEMCG_LRU_YOUNG) g.memcgGen = memcgGen(seq + 1);
  g.memcgSeg = op === MEMCG_LRU_TAIL ? MEMCG_LRU_TAIL : 0;
  unlink(node, lruvec.memcg);
  const list = fifo(node, g.memcgGen, randomBin(k));
  if (op === MEMCG_LRU_OLD) list.unshift(lruvec.memcg);
  else list.push(lruvec.memcg);
  if (old === memcgGen(seq)) advance(node);
}

/** lru_gen_online_memcg. */
export function lruGenOnlineMemcg(k: Kernel, id: number): void {
  for (const node of k.nodes) {
    const gen = memcgGen(node.memcgLru.seq);
    node.lruvecs[id].lrugen.memcgGen = gen;
    fifo(node, gen, randomBin(k)).push(id);
  }
}

/** lru_gen_offline_memcg: what is left of a removed cgroup goes first. */
export function lruGenOfflineMemcg(k: Kernel, id: number): void {
  for (const node of k.nodes) lruGenRotateMemcg(k, node.lruvecs[id], MEMCG_LRU_OLD);
}

/** lru_gen_release_memcg. */
export function lruGenReleaseMemcg(k: Kernel, id: number): void {
  for (const node of k.nodes) {
    unlink(node, id);
    advance(node);
  }
}

/** The beginning of shrink_many. */
export function beginMemcgWalk(k: Kernel, node: PgData, sc: ScanControl): void {
  sc.walkGen = memcgGen(node.memcgLru.seq);
  sc.walkFirstBin = randomBin(k);
  sc.walkBin = 0;
  sc.walkAt = 0;
}

/** The memcg that is next in a walk over the generation it began with, −1 = none. */
export function nextMemcg(node: PgData, sc: ScanControl): number {
  for (; sc.walkBin < MEMCG_NR_BINS; sc.walkBin++, sc.walkAt = 0) {
    const list = fifo(node, sc.walkGen, (sc.walkFirstBin + sc.walkBin) % MEMCG_NR_BINS);
    if (sc.walkAt < list.length) return list[sc.walkAt++];
  }
  return -1;
}

/** Ends a lruvec's turn in the walk. Who leaves the list at hand makes the next one move up. */
export function endMemcgTurn(k: Kernel, lruvec: Lruvec, sc: ScanControl, op: number): void {
  if (op === MEMCG_LRU_STAY) return;
  const node = k.nodes[lruvec.nid];
  const list = fifo(node, sc.walkGen, (sc.walkFirstBin + sc.walkBin) % MEMCG_NR_BINS);
  if (list[sc.walkAt - 1] === lruvec.memcg) sc.walkAt--;
  // Its last page may have gone in this turn, and the removed cgroup with it.
  if (lruvec.memcg > 0 && k.memcgs[lruvec.memcg].parent < 0) return;
  lruGenRotateMemcg(k, lruvec, op);
}
