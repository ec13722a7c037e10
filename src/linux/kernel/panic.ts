/** The end of the machine. */
import type { Kernel } from '../include/kernel';
import type { Task } from '../include/sched';
import { dumpStack } from '../lib/dump_stack';
import { KERN_EMERG, printk } from './printk';

/**
 * panic: prints the message and the way that led here, and stops the machine for good (`Kernel.panic` holds the
 * message from now on).
 *
 * @param site the kind of request the task was working on, see `Release.callChains`
 */
export function panic(k: Kernel, task: Task, site: string[], message: string): void {
  printk(k, KERN_EMERG, `Kernel panic - not syncing: ${message}`);
  dumpStack(k, task, ['panic', ...site]);
  printk(k, KERN_EMERG, `---[ end Kernel panic - not syncing: ${message} ]---`);
  k.panic = message;
}
