/** Control groups and what is charged to them. Invariant 9. */
import type { Kernel } from '../include/kernel';
import { SWAP_MAP_BAD } from '../include/mm_types';
import { MEMCG_NR_BINS } from '../include/mmzone';
import { PGTYPE_KERNEL, PGTYPE_KSTACK, PGTYPE_MASK, PGTYPE_TABLE, PGTYPE_USER } from '../include/page';
import { cgroupMemcg } from '../kernel/cgroup';
import { slotMemcg } from '../mm/memcontrol/slot';
import { equal, type Findings, fault } from './report';

const CHARGEABLE: readonly number[] = [PGTYPE_USER, PGTYPE_TABLE, PGTYPE_KSTACK, PGTYPE_KERNEL];

/** The tree: parents know their children, tasks and cgroups each other. */
function auditTree(k: Kernel, f: Findings): void {
  for (const c of k.cgroups) {
    if (c.path === '') continue;
    if (c.id !== 0 && !k.cgroups[c.parent].children.includes(c.id)) fault(f, `${c.path}: its parent does not know it`);
    const own = c.id === 0 || k.cgroups[c.parent].subtreeMemory;
    if (c.memcg >= 0 !== own) fault(f, `${c.path}: memory controller ${c.memcg}`);
    if (c.memcg >= 0 && k.memcgs[c.memcg].cgroup !== c.id) fault(f, `${c.path}: its memory controller is another's`);
    for (const pid of c.procs) {
      if (k.tasks.find((t) => t.pid === pid)?.cgroup !== c.id) fault(f, `${c.path}: process ${pid} is not in it`);
    }
  }
  for (const t of k.tasks) {
    if (t.memcg !== cgroupMemcg(k, t.cgroup)) fault(f, `process ${t.pid}: charged to ${t.memcg}`);
    if (t.cgroup !== 0 && !k.cgroups[t.cgroup].procs.includes(t.pid)) fault(f, `process ${t.pid}: not in its cgroup`);
  }
}

/** Charges: what a memcg has itself and what those below it have is what its counters say. */
function auditCharges(k: Kernel, f: Findings): void {
  const pages = k.memcgs.map((m) => m.slab);
  const slots = k.memcgs.map(() => 0);
  const { memcg, flags, nrPages } = k.mem;
  for (let pfn = 0; pfn < (memcg.length === 0 ? 0 : nrPages); pfn++) {
    if (memcg[pfn] === 0) continue;
    if (!CHARGEABLE.includes(flags[pfn] & PGTYPE_MASK)) fault(f, `page ${pfn} is free, but charged to ${memcg[pfn]}`);
    pages[memcg[pfn]]++;
  }
  for (let slot = 0; slot < k.swap.memcgs.length; slot++) {
    const id = slotMemcg(k, slot);
    if (id === 0) continue;
    const used = k.swap.cache[slot] !== 0 || (k.swap.map[slot] > 0 && k.swap.map[slot] !== SWAP_MAP_BAD);
    if (!used) fault(f, `swap slot ${slot} is free, but charged to ${id}`);
    slots[id]++;
  }
  for (const stock of k.memcgStock) {
    if (stock.pages < 0 || (stock.memcg === 0 && stock.pages > 0)) fault(f, `a stock of ${stock.pages} pages`);
    pages[stock.memcg] += stock.pages;
  }
  k.memcgs.forEach((m, id) => {
    if (id === 0) return;
    if (m.parent < 0) {
      equal(f, `pages of freed memcg ${id}`, pages[id] + slots[id], 0);
      return;
    }
    const below = (name: 'memory' | 'swap'): number => m.children.reduce((n, c) => n + k.memcgs[c][name].usage, 0);
    equal(f, `${m.path} memory.current`, m.memory.usage, pages[id] + below('memory'));
    equal(f, `${m.path} memory.swap.current`, m.swap.usage, slots[id] + below('swap'));
    if (m.memory.watermark < m.memory.usage) fault(f, `${m.path}: memory.peak is below memory.current`);
    if (m.swap.usage > m.swap.max && m.swap.watermark <= m.swap.max) fault(f, `${m.path}: above memory.swap.max`);
  });
}

/** The LRU of memcgs: each is in it once, in the generation it says. */
function auditMemcgLru(k: Kernel, f: Findings): void {
  for (const node of k.nodes) {
    const seen: (number | undefined)[] = [];
    node.memcgLru.fifo.forEach((list, i) => {
      for (const id of list) {
        if (seen[id] !== undefined) fault(f, `node ${node.id}: memcg ${id} stands twice in the LRU of memcgs`);
        seen[id] = Math.floor(i / MEMCG_NR_BINS);
      }
    });
    k.memcgs.forEach((m, id) => {
      const listed = seen[id];
      if ((id === 0 || m.parent >= 0) !== (listed !== undefined)) fault(f, `node ${node.id}: memcg ${id} in the LRU`);
      if (listed !== undefined) equal(f, `generation of memcg ${id}`, node.lruvecs[id].lrugen.memcgGen, listed);
    });
  }
}

export function auditMemcg(k: Kernel, f: Findings): void {
  auditTree(k, f);
  auditCharges(k, f);
  auditMemcgLru(k, f);
}
