/** fork: a child with a copy of the address space. §9.3. */
import { ENOMEM } from '../include/errno';
import { __GFP_HIGHMEM, __GFP_ZERO, GFP_KERNEL } from '../include/gfp';
import type { Kernel } from '../include/kernel';
import { type MmStruct, VM_ACCOUNT, VM_LOCKED, type Vma } from '../include/mm_types';
import { PGTYPE_KSTACK, PGZONE_MASK } from '../include/page';
import { PF_CAP_SYS_ADMIN, PF_VFORK, type Task } from '../include/sched';
import { trace, tracepointId } from '../include/trace';
import { NR_KERNEL_STACK_KB } from '../include/vmstat';
import { allocCharged, chargeSlab } from '../mm/memcontrol';
import { copyPageRange } from '../mm/memory';
import { newRss, syncMmRss } from '../mm/mm_counters';
import { capSysAdmin } from '../mm/mmap';
import { ALLOC_NULL, ALLOC_WAIT } from '../mm/page_alloc';
import { pgdAlloc } from '../mm/pgtable';
import { vmEnoughMemory } from '../mm/util';
import { insertVma } from '../mm/vma';
import { cgroupFork } from './cgroup';
import { exitMmap, freeThreadStack } from './exit';
import { createTask, pageNode } from './sched/core';

/** Share the address space instead of copying it. */
export const CLONE_VM = 0x100;
/** The child's caller waits until it execs or exits; set together with CLONE_VM by vfork(2). */
export const CLONE_VFORK = 0x4000;

/** THREAD_SIZE: 16 KiB, allocated page by page (vmalloc). §3.8 */
export const THREAD_STACK_PAGES = 4;
const GFP_THREAD_STACK = GFP_KERNEL | __GFP_HIGHMEM | __GFP_ZERO;
const SCHED_PROCESS_FORK = tracepointId('sched_process_fork');

/** True when nothing refers to this slot of `k.mms` any more: no user, no table, no page of its anon_vma. */
function mmSlotFree(k: Kernel, id: number): boolean {
  const mm = k.mms[id];
  const av = k.anonVmas[id];
  if (mm.users > 0 || mm.pgd !== 0 || av.pages > 0 || av.mms.length > 0) return false;
  for (const t of k.tasks) {
    if (t.oomMm === id || t.exitMm === id || t.mm === id || t.forkWork?.mm === id) return false;
  }
  return true;
}

/**
 * mm_init: an address space of nothing, with one user.
 *
 * @param id its index in `k.mms`, which it is not put into
 * @param pgd its top page table
 * @param slabMemcg the memcg that its kernel structures are charged to
 */
export const newMm = (k: Kernel, id: number, pgd: number, slabMemcg: number): MmStruct => ({
  id,
  users: 1,
  pgd,
  pgtablesBytes: 0,
  totalVm: 0,
  lockedVm: 0,
  dataVm: 0,
  stackVm: 0,
  execVm: 0,
  hiwaterRss: 0,
  hiwaterVm: 0,
  rss: newRss(k.nrCpus),
  flags: 0,
  vmas: [],
  anonVmas: [],
  vmaCache: 0,
  mmapBase: 0,
  startBrk: 0,
  brk: 0,
  defFlags: 0,
  slabMemcg,
  unmapCursor: -1,
  tlb: null,
});

/**
 * mm_alloc: an empty address space with one user.
 *
 * @returns its index in `k.mms`, ALLOC_WAIT or ALLOC_NULL
 */
export function mmAlloc(k: Kernel, task: Task): number {
  const pgd = pgdAlloc(k, task);
  if (pgd < 0) return pgd;
  let id = 0;
  while (id < k.mms.length && !mmSlotFree(k, id)) id++;
  k.mms[id] = newMm(k, id, pgd, task.memcg);
  k.anonVmas[id] = { mms: [], pages: 0 };
  chargeSlab(k, task.memcg, k.release.processSlab);
  return id;
}

/** alloc_thread_stack_node: the pages of a kernel stack into `stack`. Returns 0, ALLOC_WAIT or ALLOC_NULL. */
export function allocThreadStack(k: Kernel, task: Task, stack: number[]): number {
  while (stack.length < THREAD_STACK_PAGES) {
    const pfn = allocCharged(k, task, task.memcg, GFP_THREAD_STACK, GFP_KERNEL);
    if (pfn < 0) return pfn;
    k.mem.flags[pfn] = (k.mem.flags[pfn] & PGZONE_MASK) | PGTYPE_KSTACK;
    k.mem.index[pfn] = 0;
    pageNode(k, pfn).stat[NR_KERNEL_STACK_KB] += 4;
    k.cost += k.costs.clearPage;
    stack.push(pfn);
  }
  return 0;
}

/** dup_mmap as far as it goes: VMAs with their promises, and their page table entries. 0, ALLOC_WAIT or -ENOMEM. */
function dupMmap(k: Kernel, task: Task, src: MmStruct, dst: MmStruct): number {
  const work = task.forkWork;
  if (work === null) return -ENOMEM;
  for (; work.vma < src.vmas.length; work.vma++) {
    const vma = src.vmas[work.vma];
    if (work.vpn < vma.start || work.vpn >= vma.end) {
      const pages = vma.end - vma.start;
      if (vma.flags & VM_ACCOUNT && vmEnoughMemory(k, src, pages, capSysAdmin(task)) !== 0) return -ENOMEM;
      // Locks are not inherited.
      const copy: Vma = { ...vma, flags: vma.flags & ~VM_LOCKED };
      insertVma(k, dst, copy);
      work.vpn = vma.start;
    }
    const r = copyPageRange(k, task, src, dst, vma, work.vpn);
    if (r < 0) return r === ALLOC_WAIT ? r : -ENOMEM;
    work.vpn = -1;
  }
  return 0;
}

/** Undoes a fork that failed or whose caller was killed. */
export function abortFork(k: Kernel, task: Task): void {
  const work = task.forkWork;
  if (work === null) return;
  task.forkWork = null;
  freeThreadStack(k, work.stack);
  if (work.mm < 0) return;
  const mm = k.mms[work.mm];
  if (--mm.users === 0) exitMmap(k, task, mm, Infinity);
}

/**
 * fork(2), or clone with CLONE_VM: a child at the end of the task list, running, with the caller's name, user, policy and
 * oom_score_adj. Private pages are shared read-only until one of the two writes.
 *
 * @returns the child; ALLOC_WAIT: call again with the same flags; -ENOMEM: overcommit refused the copy, or the caller is
 *   being killed
 */
export function fork(k: Kernel, task: Task, flags = 0): Task | number {
  if (task.forkWork === null) {
    k.cost += k.costs.syscall;
    task.forkWork = { flags, stack: [], mm: -1, vma: 0, vpn: -1 };
  }
  const work = task.forkWork;
  const r = copyProcess(k, task);
  if (r === ALLOC_WAIT) return r;
  if (r < 0) {
    abortFork(k, task);
    return -ENOMEM;
  }
  task.forkWork = null;
  const vfork = (flags & (CLONE_VM | CLONE_VFORK)) === (CLONE_VM | CLONE_VFORK);
  const child = createTask(k, {
    comm: task.comm,
    ppid: task.pid,
    uid: task.uid,
    mm: work.mm,
    oomScoreAdj: task.oomScoreAdj,
    oomScoreAdjMin: task.oomScoreAdjMin,
    flags: (task.flags & PF_CAP_SYS_ADMIN) | (vfork ? PF_VFORK : 0),
    cpu: task.cpu,
    nice: task.nice,
    cpusAllowed: task.cpusAllowed,
    mempolicy: task.mempolicy && { ...task.mempolicy },
    cpuset: task.cpuset,
    cgroup: task.cgroup,
    memcg: task.memcg,
    stack: work.stack,
  });
  cgroupFork(k, child);
  trace(k.trace, k.now, task.pid, SCHED_PROCESS_FORK, task.pid, child.pid);
  return child;
}

/** copy_process: the stack, the mm, its contents. 0, ALLOC_WAIT or another negative number. */
function copyProcess(k: Kernel, task: Task): number {
  const work = task.forkWork;
  if (work === null) return ALLOC_NULL;
  const s = allocThreadStack(k, task, work.stack);
  if (s < 0) return s;
  if (task.mm < 0) return 0;
  const src = k.mms[task.mm];
  if (work.flags & CLONE_VM) {
    work.mm = src.id;
    src.users++;
    return 0;
  }
  if (work.mm < 0) {
    const id = mmAlloc(k, task);
    if (id < 0) return id;
    work.mm = id;
    const mm = k.mms[id];
    mm.mmapBase = src.mmapBase;
    mm.startBrk = src.startBrk;
    mm.brk = src.brk;
    // The child may map pages that carry the parent's anon_vma, or that of the parent's ancestors.
    mm.anonVmas = [src.id, ...src.anonVmas];
    for (const av of mm.anonVmas) k.anonVmas[av].mms.push(id);
    syncMmRss(k, src);
  }
  return dupMmap(k, task, src, k.mms[work.mm]);
}
