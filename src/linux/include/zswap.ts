/** Stores of compressed pages: zsmalloc, zram and zswap. */

/** Compressed pages in RAM (mm/zsmalloc.ts). */
export interface ZsPool {
  /** Sum of the lengths, bytes, and pages stored. */
  comprBytes: number;
  stored: number;
  /** Pages of RAM that hold them: the first `poolPages` entries. */
  pool: Int32Array;
  poolPages: number;
}

/** A zram device's store. §7.5 */
export interface Zram extends ZsPool {
  /** Compressed length of an average page, bytes. */
  meanSize: number;
  /** Compressed length by slot of the swap area, bytes; 0 = nothing stored. */
  size: Uint16Array;
}

/** The compressed cache in front of swap. §7.4 */
export interface Zswap extends ZsPool {
  enabled: boolean;
  /** Of RAM, and of that. */
  maxPoolPercent: number;
  acceptThresholdPercent: number;
  /** zswap_pool_reached_full: nothing is taken in until the pool is below its threshold. */
  full: boolean;
  /** The worker that writes back is under way. */
  shrinking: boolean;
  meanSize: number;
  /** By swap slot: compressed length in bytes (0 = not here), and its neighbours by age (0 = none). */
  size: Uint16Array;
  older: Int32Array;
  newer: Int32Array;
  oldest: number;
  newest: number;
}
