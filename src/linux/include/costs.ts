/** What the kernel's work costs in virtual time. */

/** Costs of what the kernel does, in ns of virtual time; the machine fills them in (machine/costs.ts). */
export interface Costs {
  /** A load or store that hits the TLB and RAM. */
  touch: number;
  /** Minor fault without the page's allocation. */
  fault: number;
  /** Clearing or copying 4 KiB. */
  clearPage: number;
  copyPage: number;
  /** Page from a per-cpu list; a refill or bulk free adds `buddyPage` a page. */
  allocPcp: number;
  buddyPage: number;
  /** One page looked at by reclaim, one page unmapped, one page freed at exit. */
  scanPage: number;
  unmapPage: number;
  /** One frame looked at by a scanner of compaction. */
  compactScan: number;
  /** A request to a swap device: the driver's work that it takes whatever its size, and the interrupt at its end. */
  dispatch: number;
  interrupt: number;
  /** A page on its way to a swap device: its descriptor, its part in the driver's work, and in the interrupt at the end. */
  submitPage: number;
  dispatchPage: number;
  endioPage: number;
  freePage: number;
  /** Entering the slow path; a walk over one lruvec, and one over all shrinkers, whatever they find. */
  slowpath: number;
  shrinkLruvec: number;
  shrinkSlab: number;
  /** An OOM selection per task; a context switch; a system call. */
  oomTask: number;
  contextSwitch: number;
  syscall: number;
  /** Copying a page table entry at fork. */
  copyPte: number;
  /** memcpy of one cached page by read(). */
  readPage: number;
}
