/** The kernel's timers, and those that always come again. */
import type { Kernel } from '../linux/include/kernel';
import { SEC } from '../linux/include/units';
import { addTimer, findTask, wakeKthread } from '../linux/kernel/sched/core';
import { psiUpdate } from '../linux/kernel/sched/psi';
import { oomReaperStep } from '../linux/mm/oom_kill';
import { vmstatUpdate } from '../linux/mm/vmstat';
import { zswapShrinkStep } from '../linux/mm/zswap';
import type { Machine } from './machine';

/** vm.stat_interval. */
const VMSTAT_INTERVAL = SEC;
const PSI_INTERVAL = 2 * SEC;

/** Arms the timers that come again, at boot. The cpus' vmstat work is spread over the second, as the kernel spreads it. */
export function startTimers(m: Machine): void {
  const k = m.kernel;
  for (let cpu = 0; cpu < k.nrCpus; cpu++) {
    addTimer(k, 'vmstat', VMSTAT_INTERVAL + Math.floor((cpu * VMSTAT_INTERVAL) / k.nrCpus), cpu);
  }
  addTimer(k, 'psi', PSI_INTERVAL, 0);
}

/** Runs all timers that are due at `k.now`. */
export function fireTimers(m: Machine): void {
  const k = m.kernel;
  while (k.timers.length > 0 && k.timers[0].at <= k.now) {
    const timer = k.timers[0];
    k.timers.splice(0, 1);
    switch (timer.kind) {
      case 'oom_reaper':
        oomReaperStep(k, timer.arg);
        break;
      case 'vmstat':
        k.cpu = timer.arg;
        vmstatUpdate(k, timer.arg);
        k.cpu = 0;
        addTimer(k, 'vmstat', timer.at + VMSTAT_INTERVAL, timer.arg);
        break;
      case 'psi':
        psiUpdate(k);
        addTimer(k, 'psi', timer.at + PSI_INTERVAL, 0);
        break;
      case 'zswap':
        zswapShrinkStep(k);
        break;
      case 'flusher':
      case 'kcompactd':
        wakeTimersThread(k, timer.arg);
        break;
    }
  }
}

function wakeTimersThread(k: Kernel, pid: number): void {
  const thread = findTask(k, pid);
  if (thread !== null) wakeKthread(k, thread);
}
