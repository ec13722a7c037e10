/** What old kernels did before they killed: they looked for a child of the chosen process to die in its stead. §10.16. */
import type { Kernel } from '../../include/kernel';
import { PF_KTHREAD, type Task } from '../../include/sched';
import { oomRules } from '../../versions/oom_rules';
import { OOM_UNKILLABLE, oomBadness } from './badness';

/**
 * The task that is killed when `chosen` has been chosen: itself, or a child with an address space of its own. Until
 * 2.6.35 that was the first child that may be killed, then the one with the highest badness above 0, whatever the
 * parent's own. Since 5.1 no child is sacrificed.
 *
 * @param totalpages memory that could have been used, pages
 */
export function sacrificeChild(k: Kernel, chosen: Task, totalpages: number): Task {
  const { badness } = oomRules(k);
  if (!badness.sacrificeChild) return chosen;
  let victim = chosen;
  let most = 0;
  for (const child of k.tasks) {
    if (child.ppid !== chosen.pid || child.mm < 0 || child.mm === chosen.mm || child.flags & PF_KTHREAD) continue;
    const points = oomBadness(k, child, totalpages);
    if (points === OOM_UNKILLABLE) continue;
    if (badness.score === 'total-vm-and-times') return child;
    if (points > most) {
      most = points;
      victim = child;
    }
  }
  return victim;
}
