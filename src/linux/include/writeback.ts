/** Writeback of dirty pages. */

/** The flusher and what it has been asked for. §8.3. */
export interface WritebackState {
  /** pid of the flusher, -1 = it has not run yet. */
  flusher: number;
  /** WB_REASON_*, 0 = idle. */
  reason: number;
  /** Where it is: inode and file page. */
  inode: number;
  index: number;
  /** Inodes left to visit in the present pass, and pages written in it. */
  left: number;
  written: number;
  /** ns of the next periodic pass. */
  nextPeriodic: number;
}
