/** vm.drop_caches: throws away what can be had again from disk. §8.4. */
import type { Kernel } from '../include/kernel';
import { DROP_PAGECACHE, DROP_SLAB } from '../include/vmstat';
import { KERN_INFO, printk } from '../kernel/printk';
import { findTask } from '../kernel/sched/core';
import { invalidateMappingPages } from '../mm/filemap';
import { dropSlab } from '../mm/shrinker';
import { lruAddDrainAll } from '../mm/swap';

/**
 * drop_caches_sysctl_handler.
 *
 * @param what 1 = clean, unmapped page cache; 2 = slab objects; 3 = both; with 4 set nothing is printed
 */
export function dropCaches(k: Kernel, what: number): void {
  if (what & 1) {
    // Pages still on their way to the lists cannot be taken off them.
    lruAddDrainAll(k);
    for (const inode of k.inodes) if (inode.name !== '' && inode.kind === 'file') invalidateMappingPages(k, inode);
    k.vmEvents[DROP_PAGECACHE]++;
  }
  if (what & 2) {
    dropSlab(k);
    k.vmEvents[DROP_SLAB]++;
  }
  if (what & 4) return;
  const current = findTask(k, k.current) ?? findTask(k, 1);
  if (current) printk(k, KERN_INFO, `${current.comm} (${current.pid}): drop_caches: ${what}`);
}
