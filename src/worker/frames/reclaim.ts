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

/** The generations of a type, youngest first. A machine of the lab has one node. */
export function generations(k: Kernel, now: number, type: number): GenerationFrame[] {
  const g = k.nodes[0].lruvecs[0].lrugen;
  const out: GenerationFrame[] = [];
  for (let seq = g.maxSeq; seq >= g.minSeq[type]; seq--) {
    const gen = lruGenFromSeq(seq);
    out.push({ seq, pages: genSize(g, gen, type), ageMs: Math.max(0, now - g.timestamps[gen]) / MS });
  }
  return out;
}
