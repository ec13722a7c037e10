/** Stack dumps. */
import { __GFP_WRITE, GFP_ANON_FAULT, GFP_PGTABLE, GFP_USER_PAGE } from '../include/gfp';
import type { Kernel } from '../include/kernel';
import type { Task } from '../include/sched';
import { KERN_DEFAULT, printk } from '../kernel/printk';
import type { OldReport } from '../versions/oom_rules';

/**
 * Which chain of callers led to a request: what the caller said (`Task.allocSite`), or what its flags and the task leave
 * no doubt about, or 'page', which names no more than the allocator's entry.
 */
export function allocSite(task: Task, gfp: number): string {
  if (task.allocSite) return task.allocSite;
  if (task.forkWork !== null) return 'fork';
  if (gfp === GFP_ANON_FAULT) return 'anon';
  if (gfp === GFP_PGTABLE) return 'pgtable';
  if (gfp === (GFP_USER_PAGE | __GFP_WRITE)) return 'filemap_write';
  return 'page';
}

/** The same for the charge under way, which a memory cgroup has no room for. */
export function chargeSite(task: Task): string {
  const gfp = task.charge?.gfp ?? 0;
  return gfp === GFP_ANON_FAULT ? 'charge:anon' : 'charge:page';
}

/**
 * dump_stack: who was running and how it came here.
 *
 * @param sites keys of `Release.callChains`, innermost first; their frames are printed one after the other
 * @param workqueue the work a kworker is at, '' for none
 * @param old the form of another year: its head, and the frames by name alone
 */
export function dumpStack(
  k: Kernel,
  task: Task,
  sites: string[],
  workqueue = '',
  old: Pick<OldReport, 'uname' | 'stackHead'> | null = null,
): void {
  const r = k.release;
  const uid = r.uidInStackDump ? ` UID: ${task.uid}` : '';
  if (old) {
    const who =
      old.stackHead === 'Pid'
        ? `Pid: ${task.pid}, comm: ${task.comm}`
        : `CPU: ${k.cpu} PID: ${task.pid} Comm: ${task.comm}`;
    printk(k, KERN_DEFAULT, `${who} Not tainted ${old.uname} #1`);
  } else {
    printk(
      k,
      KERN_DEFAULT,
      `CPU: ${k.cpu}${uid} PID: ${task.pid} Comm: ${task.comm} Not tainted ${r.uname} ${r.build}`,
    );
  }
  if (workqueue !== '') printk(k, KERN_DEFAULT, `Workqueue: ${workqueue}`);
  printk(k, KERN_DEFAULT, 'Call Trace:');
  printk(k, KERN_DEFAULT, ' <TASK>');
  for (const site of sites) {
    for (const frame of r.callChains[site] ?? []) {
      printk(k, KERN_DEFAULT, ` ${old ? frame.replace(/[.+].*$/, '') : frame}`);
    }
  }
  printk(k, KERN_DEFAULT, ' </TASK>');
}
