/** memory.events. §11.6. */
import type { Kernel } from '../../include/kernel';

/** memcg_memory_event: counts it here, and for all above but the root. `event` is one of MEMCG_*. */
export function memcgMemoryEvent(k: Kernel, memcg: number, event: number): void {
  if (memcg <= 0) return;
  k.memcgs[memcg].eventsLocal[event]++;
  for (let id = memcg; id > 0; id = k.memcgs[id].parent) k.memcgs[id].events[event]++;
}
