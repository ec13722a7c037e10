/** Slab caches that the model counts by itself. */

/**
 * All slab caches but that of xarray nodes as two: one that shrinkers can free from (dentries and inodes) and one that
 * they cannot. §5.14.
 */
export interface SlabState {
  objectsPerPage: number;
  /** Pages of each. */
  reclaimable: number;
  unreclaimable: number;
  /** Objects earlier shrinker calls could not get to. */
  deferred: number;
  /** Objects freed from pages that still hold others. */
  partial: number;
  /** Head of the intrusive list of the reclaimable pages. */
  head: number;
}

/** The slab cache of xarray nodes: nodes in use, nodes there is room for, first pages of its slabs. */
export interface XaNodeState {
  used: number;
  capacity: number;
  blocks: number[];
}
