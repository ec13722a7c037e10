/** Work of the workload program that waits and gives way, as generators. */
import type { Kernel } from '../../linux/include/kernel';
import type { Task } from '../../linux/include/sched';
import { MS } from '../../linux/include/units';
import { sendSigkill } from '../../linux/kernel/sched/core';
import { lastFault, touchRange, VM_FAULT_DONE, VM_FAULT_OOM, VM_FAULT_WAIT } from '../../linux/mm/memory';
import { ALLOC_WAIT } from '../../linux/mm/page_alloc';

export type Step<T> = Generator<void, T>;
/** What the program answers to a command. */
export type Reply = Step<string>;

/** ns of work after which a process gives way. */
export const TURN = MS / 2;

/** Accesses each of the pages once. A fault that fails for good ends the process, as its signal would. */
export function* touch(k: Kernel, task: Task, vpn: number, pages: number, write: boolean): Step<void> {
  let done = 0;
  while (done < pages) {
    done += touchRange(k, task, vpn + done, pages - done, 1, write, k.cost + TURN);
    if (done >= pages) return;
    const { code } = lastFault;
    if (code !== VM_FAULT_DONE && code !== VM_FAULT_WAIT && code !== VM_FAULT_OOM) sendSigkill(k, task);
    yield;
  }
}

/** Calls a function of the kernel until its answer is no longer "not yet". */
export function* retry(call: () => number): Step<number> {
  for (;;) {
    const r = call();
    if (r !== ALLOC_WAIT) return r;
    yield;
  }
}
