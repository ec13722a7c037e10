/** An allocation on the slow path. §4.4. */
import type { CompactControl } from './compaction';
import type { ScanControl } from './scan_control';

/** Stages of the allocation slow path, in the kernel's words. §4.4. */
export const STAGES = [
  'fast_path',
  'wake_kswapd',
  'retry_min_watermark',
  'direct_compact_first',
  'reserves',
  'direct_reclaim',
  'direct_compact',
  'should_reclaim_retry',
  'should_compact_retry',
  'may_oom',
  'out_of_memory',
  'page',
  'nopage',
] as const;
export type AllocStage = (typeof STAGES)[number];

/** One watermark test as it was made, for the allocation path's picture. Pages. */
export interface WatermarkTest {
  zone: number;
  /** WMARK_* */
  mark: number;
  free: number;
  /** mark + boost − reserve rights. */
  min: number;
  lowmemReserve: number;
  order: number;
  ok: boolean;
}

/** try_to_compact_pages as far as it got. */
export interface DirectCompact {
  /** COMPACT_PRIO_*, and the best result of the zones so far, COMPACT_*. */
  prio: number;
  result: number;
  /** Place in the zonelist, and the run in the zone at hand. */
  cursor: number;
  cc: CompactControl | null;
}

/** __alloc_pages_slowpath as a resumable state machine. Lives in `Task.alloc`. */
export interface AllocContext {
  gfp: number;
  order: number;
  highestZoneidx: number;
  migratetype: number;
  /** Node whose zonelist is walked. */
  nid: number;
  /** Nodes allowed, bit mask; 0 = all. */
  nodemask: number;
  allocFlags: number;
  stage: AllocStage;
  /** Stage at which it was given up, '' = it was not. */
  gaveUpAt: AllocStage | '';
  /** ns when it was entered. */
  startedAt: number;
  noProgressLoops: number;
  compactionRetries: number;
  /** COMPACT_PRIO_* and COMPACT_*. */
  compactPriority: number;
  compactResult: number;
  /** Pages that this allocation's compaction has moved so far. */
  compactMoved: number;
  didSomeProgress: number;
  /** Direct reclaim under way, and direct compaction. */
  sc: ScanControl | null;
  compact: DirectCompact | null;
  /** Rounds of the retry loop. */
  rounds: number;
  /** Outcome: -1 = under way, else pfn; `failed` = NULL. */
  page: number;
  done: boolean;
  failed: boolean;
  /** Last test per stage, for the picture: fast path (low), retry (min), last chance (high), should_reclaim_retry. */
  tests: { [stage: string]: WatermarkTest[] };
  /** Pages scanned and reclaimed by this allocation's direct reclaim so far. */
  scanned: number;
  reclaimed: number;
}
