/** Pressure stall information. */

/** psi_group, aggregate form. §12. */
export interface PsiState {
  /** ns of the last update. */
  lastUpdate: number;
  /** ns stalled since boot and in the present period. */
  someTotal: number;
  fullTotal: number;
  somePeriod: number;
  fullPeriod: number;
  periodStart: number;
  /** Fixed point, 11 fractional bits: avg10, avg60, avg300. */
  someAvg: number[];
  fullAvg: number[];
  ioSomeTotal: number;
  /** Shares of the present, as of `Kernel.tasksSeq` = `seq`. */
  some: number;
  full: number;
  io: number;
  seq: number;
}
