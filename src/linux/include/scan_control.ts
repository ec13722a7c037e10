/** A reclaim under way. §5. */

/** struct scan_control with the progress of the reclaim it belongs to. §5.8, §5.9, §5.11. */
export interface ScanControl {
  /** 'direct' = try_to_free_pages, 'kswapd' = balance_pgdat. */
  kind: 'direct' | 'kswapd';
  gfp: number;
  order: number;
  nrToReclaim: number;
  priority: number;
  reclaimIdx: number;
  mayWritepage: boolean;
  mayUnmap: boolean;
  maySwap: boolean;
  forceDeactivate: boolean;
  skippedDeactivate: boolean;
  mayDeactivateAnon: boolean;
  mayDeactivateFile: boolean;
  cacheTrimMode: boolean;
  cacheTrimModeFailed: boolean;
  noCacheTrimMode: boolean;
  fileIsTiny: boolean;
  memcgFullWalk: boolean;
  /** target_mem_cgroup: reclaim below this memcg's limit, 0 = global. The memcg at hand. */
  targetMemcg: number;
  memcg: number;
  /** memory.low no longer protects; it has protected somebody so far. §5.9 */
  memcgLowReclaim: boolean;
  memcgLowSkipped: boolean;
  /** Walk over the LRU of memcgs: generation, first bin, bins done, place in the list. §6.5 */
  walkGen: number;
  walkFirstBin: number;
  walkBin: number;
  walkAt: number;
  nrScanned: number;
  nrReclaimed: number;
  /** Where it is: see vmscan.ts. */
  stage: string;
  /** Direct: node whose zonelist is walked, nodes allowed (bit mask, 0 = all), a zone is ready for compaction. */
  zonelistNid: number;
  nodemask: number;
  compactionReady: boolean;
  /** Node being shrunk and the place in the zonelist. */
  nid: number;
  nodeCursor: number;
  /** What is left to scan per list, and what get_scan_count had asked for. */
  nr: number[];
  targets: number[];
  scanAdjusted: boolean;
  proportional: boolean;
  /** nrReclaimed when the present shrink_lruvec / shrink_node / priority / pass began. */
  lruvecReclaimed: number;
  /** Multi-gen: pages looked at in the present lruvec, and kswapd's `nrReclaimed` of the passes before. §6.5 */
  lruvecScanned: number;
  /** Multi-gen: the lruvec has run out of cold pages and been aged instead. */
  lruvecAged: boolean;
  reclaimedBefore: number;
  /** Multi-gen: swappiness as this reclaim has it, 0 = anonymous pages stay. */
  swappiness: number;
  nodeReclaimed: number;
  nodeScanned: number;
  prioReclaimed: number;
  prioScanned: number;
  /** Writes to swap that wait to be sent off together: first slot and number of slots of each request. */
  plug: number[];
  /** Kinds of trouble met on this node (unqueued dirty, writeback, immediate …). */
  nrDirty: number;
  nrUnqueuedDirty: number;
  nrCongested: number;
  nrWriteback: number;
  nrImmediate: number;
  nrTaken: number;
  nrFileTaken: number;
  /** kswapd: boost still to be honoured; whether this round raised the priority. */
  nrBoostReclaim: number;
  zoneBoosts: number[];
  wasFrozen: boolean;
  /** kswapd: order it was woken for, order it still aims at, highest zone; ns when its doze ends. §5.11. */
  allocOrder: number;
  reclaimOrder: number;
  highestZoneidx: number;
  dozeUntil: number;
  result: number;
  done: boolean;
}
