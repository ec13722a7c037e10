/** Address spaces, swap, promises, events and decisions. Invariants 5–8, 10–13, 16, 17. */
import type { Kernel, OomRecord } from '../include/kernel';
import {
  MM_ANONPAGES,
  MM_FILEPAGES,
  MM_SHMEMPAGES,
  MM_SWAPENTS,
  MMF_OOM_SKIP,
  MMF_UNSTABLE,
  type MmStruct,
  NR_MM_COUNTERS,
  SWAP_MAP_BAD,
  VM_ACCOUNT,
  VM_LOCKED,
} from '../include/mm_types';
import { WMARK_HIGH, WMARK_LOW, WMARK_MIN, WMARK_PROMO, ZONE_MOVABLE } from '../include/mmzone';
import { PG_SWAPCACHE, PGTYPE_MASK, PGTYPE_USER } from '../include/page';
import { multFrac, PAGE_SIZE, PAGEBLOCK_NR_PAGES } from '../include/units';
import {
  PGSCAN_ANON,
  PGSCAN_DIRECT,
  PGSCAN_FILE,
  PGSCAN_KSWAPD,
  PGSTEAL_ANON,
  PGSTEAL_DIRECT,
  PGSTEAL_FILE,
  PGSTEAL_KSWAPD,
  VM_EVENT_NAMES,
} from '../include/vmstat';
import { findOomRules } from '../versions/oom_rules';
import { equal, type Findings, fault } from './report';
import type { MmCount, Walk } from './walk';

/** A counter with all parts that are still on their way to it. */
function exactCounter(mm: MmStruct, member: number): number {
  let n = 0;
  for (let i = member; i < mm.rss.length - 1; i += NR_MM_COUNTERS) n += mm.rss[i];
  return n;
}

function auditMm(k: Kernel, f: Findings, mm: MmStruct, c: MmCount): void {
  const what = `mm ${mm.id}`;
  equal(f, `${what} MM_FILEPAGES`, exactCounter(mm, MM_FILEPAGES), c.file);
  equal(f, `${what} MM_ANONPAGES`, exactCounter(mm, MM_ANONPAGES), c.anon);
  equal(f, `${what} MM_SHMEMPAGES`, exactCounter(mm, MM_SHMEMPAGES), c.shmem);
  equal(f, `${what} MM_SWAPENTS`, exactCounter(mm, MM_SWAPENTS), c.swap);
  equal(f, `${what} pgtables_bytes`, mm.pgtablesBytes, c.tables * PAGE_SIZE);
  let total = 0;
  let locked = 0;
  mm.vmas.forEach((v, i) => {
    if (v.end <= v.start) fault(f, `${what}: empty VMA at ${v.start}`);
    if (i > 0 && mm.vmas[i - 1].end > v.start) fault(f, `${what}: VMAs overlap or are out of order at ${v.start}`);
    total += v.end - v.start;
    if (v.flags & VM_LOCKED) locked += v.end - v.start;
    if (v.inode >= 0 && !k.inodes[v.inode].mappers.includes(mm.id)) {
      fault(f, `${what}: inode ${v.inode} does not know that it is mapped`);
    }
  });
  equal(f, `${what} total_vm`, mm.totalVm, total);
  equal(f, `${what} locked_vm`, mm.lockedVm, locked);
  if (c.file + c.anon + c.shmem + c.swap > total) fault(f, `${what}: more pages than its VMAs have room for`);
  if (mm.flags & MMF_UNSTABLE && mm.flags & MMF_OOM_SKIP && c.reapable > 0) {
    fault(f, `${what}: was reaped, but still has ${c.reapable} pages of its own`);
  }
}

/** Every process's address space is there, and every address space has the users it counts. */
function auditUsers(k: Kernel, f: Findings): void {
  const users = k.mms.map(() => 0);
  for (const t of k.tasks) {
    if (t.mm >= 0) users[t.mm]++;
    if (t.forkWork && t.forkWork.mm >= 0) users[t.forkWork.mm]++;
  }
  k.mms.forEach((mm, i) => {
    if (mm && mm.users !== users[i]) fault(f, `mm ${i} users: is ${mm.users}, should be ${users[i]}`);
  });
}

/** As many tasks hold a page as are counted. */
function auditHeld(k: Kernel, f: Findings): void {
  let held = 0;
  for (const t of k.tasks) if (t.heldPage !== 0) held++;
  equal(f, 'held pages', k.heldPages, held);
}

/** Slots, their users and the areas' counts. Invariant 7. */
function auditSwap(k: Kernel, f: Findings, w: Walk): void {
  const s = k.swap;
  const m = k.mem;
  let used = 0;
  for (const a of s.areas) {
    let usedHere = 0;
    if (s.map[a.start] !== SWAP_MAP_BAD) fault(f, `${a.name}: its header is not marked`);
    for (let slot = a.start + 1; slot < a.end; slot++) {
      const p = s.cache[slot] - 1;
      equal(f, `swap slot ${slot} users`, s.map[slot], w.slotRefs[slot]);
      if (p >= 0) {
        const ok = (m.flags[p] & PGTYPE_MASK) === PGTYPE_USER && m.flags[p] & PG_SWAPCACHE && m.index[p] === slot;
        if (!ok) fault(f, `swap slot ${slot}: its page ${p} does not know of it`);
      }
      if (p >= 0 || s.map[slot] > 0) usedHere++;
    }
    equal(f, `${a.name} slots in use`, a.used, usedHere);
    used += usedHere;
  }
  equal(f, 'free swap slots', s.free, s.total - used);
  if (s.free < 0 || s.free > s.total) fault(f, `free swap slots: ${s.free} of ${s.total}`);
}

/** Anonymous pages in memory or swap, by the anon_vma they carry. */
function auditAnonVmas(k: Kernel, f: Findings): void {
  const m = k.mem;
  const s = k.swap;
  const pages = k.anonVmas.map(() => 0);
  for (let p = 0; p < m.nrPages; p++) {
    if ((m.flags[p] & PGTYPE_MASK) === PGTYPE_USER && m.mapping[p] > 0) pages[m.mapping[p] - 1]++;
  }
  for (let slot = 0; slot < s.slots; slot++) {
    if (s.map[slot] > 0 && s.map[slot] !== SWAP_MAP_BAD && s.cache[slot] === 0 && s.mapping[slot] > 0) {
      pages[s.mapping[slot] - 1]++;
    }
  }
  k.anonVmas.forEach((a, i) => {
    if (a && a.pages !== pages[i]) fault(f, `anon_vma ${i} pages: is ${a.pages}, should be ${pages[i]}`);
  });
}

/** vm_committed_as is the sum of what was promised. Invariant 12. */
function auditCommitted(k: Kernel, f: Findings): void {
  let n = 0;
  for (const mm of k.mms) {
    if (!mm || mm.pgd <= 0) continue;
    for (const v of mm.vmas) if (v.flags & VM_ACCOUNT) n += v.end - v.start;
  }
  for (const inode of k.inodes) n += inode.acctPages;
  equal(f, 'vm_committed_as', k.committedAs, n);
}

/** Watermarks in order, boost in bounds, sums of zones. Invariants 1 and 10. */
function auditZones(k: Kernel, f: Findings): void {
  for (const z of k.zones) {
    const w = z.watermark;
    if (!(w[WMARK_MIN] <= w[WMARK_LOW] && w[WMARK_LOW] <= w[WMARK_HIGH] && w[WMARK_HIGH] <= w[WMARK_PROMO])) {
      fault(f, `${z.name}: watermarks out of order: ${w.join(' ')}`);
    }
    const most = Math.max(PAGEBLOCK_NR_PAGES, multFrac(w[WMARK_HIGH], k.sysctl.watermark_boost_factor, 10_000));
    if (z.boost < 0 || z.boost > most) fault(f, `${z.name}: boost ${z.boost}, at most ${most}`);
    if (z.type !== ZONE_MOVABLE && (z.free < 0 || z.free > z.managed))
      fault(f, `${z.name}: ${z.free} free of ${z.managed}`);
  }
  equal(
    f,
    'totalram_pages',
    k.totalramPages,
    k.zones.reduce((n, z) => n + z.managed, 0),
  );
}

/** No more is stolen than was scanned. Invariant 11. */
function auditEvents(k: Kernel, f: Findings): void {
  const pairs = [
    [PGSTEAL_KSWAPD, PGSCAN_KSWAPD],
    [PGSTEAL_DIRECT, PGSCAN_DIRECT],
    [PGSTEAL_ANON, PGSCAN_ANON],
    [PGSTEAL_FILE, PGSCAN_FILE],
  ];
  for (const [steal, scan] of pairs) {
    if (k.vmEvents[steal] > k.vmEvents[scan]) {
      fault(f, `${VM_EVENT_NAMES[steal]} ${k.vmEvents[steal]} > ${VM_EVENT_NAMES[scan]} ${k.vmEvents[scan]}`);
    }
  }
  k.vmEvents.forEach((n, i) => {
    if (n < 0) fault(f, `${VM_EVENT_NAMES[i]}: ${n}`);
  });
}

/** The chosen one was the worst of those that could be chosen; of equals the last, or by old rules the first. Invariant 13. */
function auditOom(f: Findings, r: OomRecord): void {
  if (r.chosen < 0 || r.walk.length === 0) return;
  const last = findOomRules(r.rules)?.badness.tie !== 'first';
  const what = `OOM at ${r.t}`;
  const i = r.walk.findIndex((c) => c.pid === r.chosen);
  const victim = r.walk[i];
  if (victim?.skip !== '') {
    fault(f, `${what}: ${r.chosen} could not be chosen`);
    return;
  }
  r.walk.forEach((c, j) => {
    if (c.skip === '' && (c.points > victim.points || (c.points === victim.points && (last ? j > i : j < i)))) {
      fault(f, `${what}: ${r.chosen} died with ${victim.points} points instead of ${c.pid} with ${c.points}`);
    }
  });
}

/** Stall times. Invariant 16. */
function auditPsi(k: Kernel, f: Findings): void {
  const p = k.psi;
  // Shares are fractions of cpus, so that sums differ in the last digits.
  if (p.fullTotal > p.someTotal + 1) fault(f, `psi: full ${p.fullTotal} > some ${p.someTotal}`);
  if (p.someTotal > k.now + 1) fault(f, `psi: some ${p.someTotal} > ${k.now} since boot`);
  for (const avg of [...p.someAvg, ...p.fullAvg]) {
    if (avg < 0 || avg > 100 * 2048) fault(f, `psi: average ${avg / 2048} %`);
  }
}

/** Everything that is not about single frames. */
export function auditCounts(k: Kernel, f: Findings, w: Walk): void {
  k.mms.forEach((mm, i) => {
    const c = w.mms[i];
    if (c) auditMm(k, f, mm, c);
  });
  auditUsers(k, f);
  auditHeld(k, f);
  auditSwap(k, f, w);
  auditAnonVmas(k, f);
  auditCommitted(k, f);
  auditZones(k, f);
  auditEvents(k, f);
  for (const r of k.oomRecords) auditOom(f, r);
  auditPsi(k, f);
}
