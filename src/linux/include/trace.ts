/** Tracepoints: a ring of records in typed arrays, so that writing one allocates nothing. */

/** Names as in /sys/kernel/tracing/events; `a`..`d` are the fields named here. */
export const TRACEPOINTS = {
  mm_vmscan_kswapd_wake: ['nid', 'order', 'zid'],
  mm_vmscan_kswapd_sleep: ['nid'],
  mm_vmscan_wakeup_kswapd: ['nid', 'zid', 'order'],
  mm_vmscan_direct_reclaim_begin: ['order', 'gfp_flags'],
  mm_vmscan_direct_reclaim_end: ['nr_reclaimed'],
  mm_vmscan_lru_shrink_inactive: ['nr_scanned', 'nr_reclaimed', 'priority', 'file'],
  mm_vmscan_lru_shrink_active: ['nr_taken', 'nr_deactivated', 'nr_referenced', 'priority'],
  mm_vmscan_write_folio: ['pfn', 'slot'],
  mm_vmscan_throttled: ['nid', 'usec_timeout', 'reason'],
  reclaim_retry_zone: ['zone', 'reclaimable', 'available', 'no_progress_loops'],
  compact_retry: ['order', 'priority', 'result', 'retries'],
  mm_page_alloc_extfrag: ['pfn', 'alloc_order', 'fallback_order', 'migratetype'],
  mm_page_alloc_zone_locked: ['pfn', 'order'],
  mm_compaction_begin: ['zone', 'migrate_pfn', 'free_pfn', 'order'],
  mm_compaction_end: ['zone', 'status', 'migrate_pfn', 'free_pfn'],
  mm_compaction_kcompactd_wake: ['nid', 'order', 'zid'],
  oom_score_adj_update: ['pid', 'oom_score_adj'],
  mark_victim: ['pid', 'total_vm', 'anon_rss', 'oom_score_adj'],
  wake_reaper: ['pid'],
  start_task_reaping: ['pid'],
  finish_task_reaping: ['pid'],
  skip_task_reaping: ['pid'],
  swap_in: ['pid', 'slot', 'latency_us'],
  writeback_start: ['nr_pages', 'reason'],
  balance_dirty_pages: ['dirty', 'limit', 'pause_ms'],
  sched_process_fork: ['parent', 'child'],
  sched_process_exit: ['pid'],
  mm_filemap_add_to_page_cache: ['ino', 'index', 'nr'],
} as const;
export type TracepointName = keyof typeof TRACEPOINTS;
export const TRACEPOINT_NAMES = Object.keys(TRACEPOINTS) as TracepointName[];

export interface TraceBuffer {
  /** Records written since boot; the last `size` of them, a power of two, are kept. */
  seq: number;
  size: number;
  /** ns. */
  time: Float64Array;
  pid: Int32Array;
  /** Index in TRACEPOINT_NAMES. */
  id: Int32Array;
  /** Four fields a record. */
  args: Float64Array;
}
export const TRACE_BUFFER_RECORDS = 4096;

const IDS = Object.fromEntries(TRACEPOINT_NAMES.map((n, i) => [n, i])) as Record<TracepointName, number>;

/** A tracepoint's number, to be looked up once at module level. */
export const tracepointId = (name: TracepointName): number => IDS[name];

/** Writes one record. `now` in ns; `pid` of the task it happens in. */
export function trace(t: TraceBuffer, now: number, pid: number, id: number, a = 0, b = 0, c = 0, d = 0): void {
  const i = t.seq++ & (t.size - 1);
  t.time[i] = now;
  t.pid[i] = pid;
  t.id[i] = id;
  const args = t.args;
  args[i * 4] = a;
  args[i * 4 + 1] = b;
  args[i * 4 + 2] = c;
  args[i * 4 + 3] = d;
}

/** Writes `n` records of a tracepoint with two fields: pages[from] …, and `b`, `b` + 1 … */
export function traceRun(
  t: TraceBuffer,
  now: number,
  pid: number,
  id: number,
  pages: Int32Array,
  from: number,
  b: number,
  n: number,
): void {
  const { time, args, seq } = t;
  const pids = t.pid;
  const ids = t.id;
  const mask = t.size - 1;
  for (let j = 0; j < n; j++) {
    const i = (seq + j) & mask;
    time[i] = now;
    args[i * 4] = pages[from + j];
    args[i * 4 + 1] = b + j;
    if (pids[i] !== pid) pids[i] = pid;
    // The record that is overwritten may be one of the same kind: its other fields are not in use either.
    if (ids[i] === id) continue;
    ids[i] = id;
    args[i * 4 + 2] = 0;
    args[i * 4 + 3] = 0;
  }
  t.seq = seq + n;
}
