/** Control groups for the page. */
import type { Kernel } from '../../linux/include/kernel';
import {
  MEMCG_HIGH,
  MEMCG_LOW,
  MEMCG_MAX,
  MEMCG_OOM,
  MEMCG_OOM_GROUP_KILL,
  MEMCG_OOM_KILL,
  PAGE_COUNTER_MAX,
} from '../../linux/include/memcontrol';
import type { CgroupFrame } from '../protocol';

const limit = (pages: number): number | null => (pages >= PAGE_COUNTER_MAX ? null : pages);

/** All cgroups with a memory controller but the root, parents before children; none when nobody has made any. */
export function cgroupFrames(k: Kernel): CgroupFrame[] {
  const out: CgroupFrame[] = [];
  const visit = (id: number): void => {
    for (const child of k.cgroups[id].children) {
      const c = k.cgroups[child];
      if (c.memcg >= 0) {
        const { memory, swap, oomGroup, events } = k.memcgs[c.memcg];
        out.push({
          path: c.path,
          current: memory.usage,
          peak: memory.watermark,
          min: memory.min,
          low: memory.low,
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
        });
      }
      visit(child);
    }
  };
  visit(0);
  return out;
}
