/** Page caches. */
import type { Kernel } from '../../include/kernel';
import { PG_SWAPCACHE, PGTYPE_MASK, PGTYPE_USER } from '../../include/page';
import { equal, type Findings, fault } from '../report';
import type { Walk } from './list';

/** Page caches: each place names its page and each page its place. */
export function walkInodes(k: Kernel, f: Findings, w: Walk): void {
  const m = k.mem;
  for (const inode of k.inodes) {
    const what = `inode ${inode.id} (${inode.name})`;
    let cached = 0;
    let shadows = 0;
    for (let i = 0; i < inode.cache.length; i++) {
      const v = inode.cache[i];
      if (v === 0) continue;
      if (v < 0) {
        if (inode.kind !== 'shmem') shadows++;
        else if (-v - 1 >= k.swap.slots) fault(f, `${what} page ${i}: swap slot ${-v - 1} does not exist`);
        else w.slotRefs[-v - 1]++;
        continue;
      }
      const p = v - 1;
      cached++;
      if ((m.flags[p] & PGTYPE_MASK) !== PGTYPE_USER || m.mapping[p] !== -(inode.id + 1)) {
        fault(f, `${what} page ${i}: frame ${p} belongs to somebody else`);
        continue;
      }
      if (w.cached[p]) fault(f, `${what} page ${i}: frame ${p} is cached twice`);
      w.cached[p] = 1;
      const index = m.flags[p] & PG_SWAPCACHE ? k.swap.index[m.index[p]] : m.index[p];
      if (index !== i) fault(f, `${what} page ${i}: frame ${p} says it is page ${index}`);
    }
    equal(f, `${what} pages in its cache`, inode.nrCached, cached);
    equal(f, `${what} shadows`, inode.nrShadows, shadows);
  }
}
