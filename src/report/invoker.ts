/** Who asked: the first line of a report names a thread, the table and the kill name processes. */
import { isAllocating } from './parseKill';
import { isMemcg } from './score';
import type { RawReport } from './types';

/**
 * `victim`: the victim itself; `thread`: one of its threads; `other`: another process, or the kernel itself; `maybe`: it is
 * not among the listed processes, and may be a thread of the victim; `unknown`: the text has nothing to tell them apart by.
 */
export type InvokerIs = 'victim' | 'thread' | 'other' | 'maybe' | 'unknown';

const KERNEL_THREAD = /^(?:kworker\/|kswapd\d|khugepaged|ksoftirqd\/|kthreadd|swapper\/|kcompactd\d|jbd2\/|nfsd\b)/;

/** What whoever asked is to the victim. */
export function invokerIs(r: RawReport, victim: { pid: number; comm: string }): InvokerIs {
  const { invoker, table } = r;
  if (invoker === null) return 'unknown';
  if (invoker.pid === victim.pid) return 'victim';
  // Whoever asked was chosen, and a child of it died.
  if (r.selected && isAllocating(r) && r.selected.pid !== victim.pid) return 'other';
  if (KERNEL_THREAD.test(invoker.comm)) return 'other';
  const rows = table?.rows ?? [];
  const listed = invoker.pid !== null && rows.find((t) => t.pid === invoker.pid || t.tgid === invoker.pid);
  if (listed) return listed.tgid === rows.find((t) => t.pid === victim.pid)?.tgid ? 'victim' : 'other';
  const whole = table !== null && table.columns !== null && table.damaged === 0 && !r.tableCut && rows.length > 0;
  // All processes of a cgroup are listed, and who asked was in it.
  if (isMemcg(r) && whole && rows.length === 1 && rows[0].pid === victim.pid) return 'thread';
  if (invoker.pid === null && invoker.comm === victim.comm) return 'victim';
  return whole && invoker.pid !== null ? 'maybe' : 'unknown';
}
