/** Requests of the operator: /proc/sysrq-trigger. §10.15. */
import { EINVAL } from '../../include/errno';
import { GFP_KERNEL } from '../../include/gfp';
import type { Kernel } from '../../include/kernel';
import { PF_KTHREAD, TASK_INTERRUPTIBLE, type Task, WAIT_KTHREAD } from '../../include/sched';
import { KERN_INFO, printk } from '../../kernel/printk';
import { createTask } from '../../kernel/sched/core';
import { outOfMemory } from '../../mm/oom_kill';
import { showMem } from '../../mm/show_mem';

/** The kworker that runs the request. */
function kworker(k: Kernel): Task {
  const found = k.tasks.find((t) => t.flags & PF_KTHREAD && t.comm.startsWith('kworker/'));
  return (
    found ??
    createTask(k, {
      comm: 'kworker/0:1',
      ppid: 2,
      flags: PF_KTHREAD,
      state: TASK_INTERRUPTIBLE,
      waitKind: WAIT_KTHREAD,
      wakeAt: Infinity,
    })
  );
}

/** sysrq-f: calls the OOM killer, however much memory is free. Never panics, never waits for an earlier victim. */
export function sysrqOom(k: Kernel): void {
  printk(k, KERN_INFO, 'sysrq: Manual OOM execution');
  if (!outOfMemory(k, kworker(k), { gfp: GFP_KERNEL, order: -1, nodemask: 0, sysrq: true })) {
    printk(k, KERN_INFO, 'sysrq: OOM request ignored. No task eligible');
  }
}

/** sysrq-m: prints the state of memory. */
export function sysrqShowMemory(k: Kernel): void {
  printk(k, KERN_INFO, 'sysrq: Show Memory');
  showMem(k);
}

/**
 * A key written to /proc/sysrq-trigger: 'f' or 'm'.
 *
 * @returns 0, or -EINVAL for another key
 */
export function sysrq(k: Kernel, key: string): number {
  if (key === 'f') sysrqOom(k);
  else if (key === 'm') sysrqShowMemory(k);
  else return -EINVAL;
  return 0;
}
