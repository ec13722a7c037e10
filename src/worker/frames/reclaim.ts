/** Reclaim in a frame: kswapd, and the generations of pages. */
import type { Kernel } from '../../linux/include/kernel';
import { TASK_RUNNING } from '../../linux/include/sched';
import { MS } from '../../linux/include/units';
import { genSize, lruGenFromSeq } from '../../linux/mm/vmscan/lru_gen/mm_inline';
import type { GenerationFrame, KswapdFrame } from '../protocol';

export function kswapdFrames(k: Kernel): KswapdFrame[] {
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

/** The generations of a type, youngest first. Those of several nodes are added up, the youngest of each together. */
export function generations(k: Kernel, now: number, type: number): GenerationFrame[] {
  const out: GenerationFrame[] = [];
  for (const node of k.nodes) {
    const g = node.lruvecs[0].lrugen;
    for (let seq = g.maxSeq; seq >= g.minSeq[type]; seq--) {
      const gen = lruGenFromSeq(seq);
      const ageMs = Math.max(0, now - g.timestamps[gen]) / MS;
      const rank = g.maxSeq - seq;
      const same = out[rank];
      if (!same) {
        out.push({ seq, pages: genSize(g, gen, type), ageMs });
        continue;
      }
      same.pages += genSize(g, gen, type);
      same.ageMs = Math.max(same.ageMs, ageMs);
    }
  }
  return out;
}
