/** Control groups for the page. */
import type { Kernel } from '../../linux/include/kernel';
import {
  type Cgroup,
  MEMCG_HIGH,
  MEMCG_LOW,
  MEMCG_MAX,
  MEMCG_OOM,
  MEMCG_OOM_GROUP_KILL,
  MEMCG_OOM_KILL,
  PAGE_COUNTER_MAX,
} from '../../linux/include/memcontrol';
import { memCgroupGetMax, memcgListed } from '../../linux/mm/memcontrol';
import { adjPoints, OOM_UNKILLABLE, oomBadness } from '../../linux/mm/oom_kill';
import { childrenProtected, effectiveProtection } from '../../linux/mm/page_counter';
import { oomRules } from '../../linux/versions/oom_rules';
import type { CgroupFrame, MemcgCandidate } from '../protocol';

/** Candidates told of each group. */
const RANKED = 5;

const limit = (pages: number): number | null => (pages >= PAGE_COUNTER_MAX ? null : pages);

/** By memcg with a limit: who would be killed for it, most points first. */
function rankings(k: Kernel): Map<number, MemcgCandidate[]> {
  const found = new Map<number, MemcgCandidate[]>();
  const later = oomRules(k).badness.tie === 'last';
  for (const task of k.tasks) {
    for (let id = task.memcg; id > 0; id = k.memcgs[id].parent) {
      if (k.memcgs[id].memory.max >= PAGE_COUNTER_MAX) continue;
      const total = memCgroupGetMax(k, id) || 1;
      const points = oomBadness(k, task, total);
      if (points === OOM_UNKILLABLE) continue;
      const list = found.get(id) ?? [];
      let at = list.length;
      while (at > 0 && (later ? points >= list[at - 1].points : points > list[at - 1].points)) at--;
      list.splice(at, 0, { pid: task.pid, points, adjPoints: adjPoints(task.oomScoreAdj, total) });
      list.length = Math.min(list.length, RANKED);
      found.set(id, list);
    }
  }
  return found;
}

/** All cgroups with a memory controller but the root, parents before children; none when nobody has made any. */
export function cgroupFrames(k: Kernel): CgroupFrame[] {
  const out: CgroupFrame[] = [];
  if (k.cgroups[0].children.length === 0) return out;
  const ranked = rankings(k);
  const visit = (parent: Cgroup, protectedOfParent: { emin: number; elow: number }): void => {
    for (const child of parent.children) {
      const c = k.cgroups[child];
      let effective = protectedOfParent;
      if (c.memcg >= 0) {
        const memcg = k.memcgs[c.memcg];
        effective = protection(k, c.memcg, protectedOfParent);
        out.push(groupFrame(k, c, effective, memcg.memory.max < PAGE_COUNTER_MAX ? (ranked.get(c.memcg) ?? []) : []));
      }
      visit(c, effective);
    }
  };
  visit(k.cgroups[0], { emin: 0, elow: 0 });
  return out;
}

/** Effective min and low of a memcg as a reclaim of the whole machine would find them now. */
function protection(k: Kernel, id: number, above: { emin: number; elow: number }): { emin: number; elow: number } {
  const { parent, memory } = k.memcgs[id];
  if (parent === 0) return { emin: memory.min, elow: memory.low };
  const of = k.memcgs[parent];
  const effective = (key: 'min' | 'low', ofParent: number): number =>
    effectiveProtection(
      memory.usage,
      of.memory.usage,
      memory[key],
      ofParent,
      childrenProtected(k, of, key),
      k.memoryRecursiveprot,
    );
  return { emin: effective('min', above.emin), elow: effective('low', above.elow) };
}

function groupFrame(
  k: Kernel,
  c: Cgroup,
  effective: { emin: number; elow: number },
  ranking: MemcgCandidate[],
): CgroupFrame {
  const { memory, swap, oomGroup, events } = k.memcgs[c.memcg];
  return {
    path: c.path,
    current: memory.usage,
    ...memcgListed(k, c.memcg),
    peak: memory.watermark,
    min: memory.min,
    low: memory.low,
    ...effective,
    high: limit(memory.high),
    max: limit(memory.max),
    swapCurrent: swap.usage,
    swapMax: limit(swap.max),
    oomGroup,
    events: {
      low: events[MEMCG_LOW],
      high: events[MEMCG_HIGH],
      max: events[MEMCG_MAX],
      oom: events[MEMCG_OOM],
      oomKill: events[MEMCG_OOM_KILL],
      oomGroupKill: events[MEMCG_OOM_GROUP_KILL],
    },
    procs: c.procs.length,
    leaf: !c.subtreeMemory,
    totalpages: memory.max >= PAGE_COUNTER_MAX ? null : memCgroupGetMax(k, c.memcg) || 1,
    ranking,
  };
}
