/** Notices what a viewer wants to know about: landmarks, exits, and the moments a step stops at. */
import { tracepointId } from '../linux/include/trace';
import { findTask } from '../linux/kernel/sched/core';
import type { Machine } from './machine';
import type { Landmark, TimelineEvent } from './record';

const KSWAPD_WAKE = tracepointId('mm_vmscan_kswapd_wake');
const DIRECT_BEGIN = tracepointId('mm_vmscan_direct_reclaim_begin');
const WRITE_FOLIO = tracepointId('mm_vmscan_write_folio');
const MARK_VICTIM = tracepointId('mark_victim');
const FINISH_REAPING = tracepointId('finish_task_reaping');

/** Tracepoints that a step stops at: decisions, not the pages they are carried out on. */
const MILESTONES: readonly number[] = (
  [
    'mm_vmscan_kswapd_wake',
    'mm_vmscan_kswapd_sleep',
    'mm_vmscan_wakeup_kswapd',
    'mm_vmscan_direct_reclaim_begin',
    'mm_vmscan_direct_reclaim_end',
    'mm_vmscan_throttled',
    'reclaim_retry_zone',
    'oom_score_adj_update',
    'mark_victim',
    'wake_reaper',
    'start_task_reaping',
    'finish_task_reaping',
    'skip_task_reaping',
    'sched_process_fork',
    'sched_process_exit',
    'writeback_start',
  ] as const
).map(tracepointId);
const IS_MILESTONE = new Uint8Array(256);
for (const id of MILESTONES) IS_MILESTONE[id] = 1;

/** What happened in a round, as bits: one a landmark, in the order of LANDMARKS, and one for a milestone. */
export const SAW: Record<Landmark, number> = {
  kswapd: 1,
  'direct-reclaim': 2,
  'swap-out': 4,
  oom: 8,
  kill: 16,
  panic: 32,
};
export const SAW_MILESTONE = 64;

/** True when a record that a step stops at was written since `seq`. */
export function milestoneSince(m: Machine, seq: number): boolean {
  const { trace } = m.kernel;
  for (let s = Math.max(seq, trace.seq - trace.size); s < trace.seq; s++)
    if (IS_MILESTONE[trace.id[s % trace.size]]) return true;
  return false;
}

/** Events that the end of a round may have recorded ahead of `known`: as many as can lie within one turn. */
const LOOK_BACK = 32;

/** Adds a flag to the timeline, unless this part of the run is only gone through again. */
export function noteEvent(m: Machine, event: TimelineEvent): void {
  const { events, known } = m.rec;
  if (event.t < known) return;
  for (let i = events.length - 1; i >= 0 && i >= events.length - LOOK_BACK; i--) {
    const e = events[i];
    if (e.t === event.t && e.kind === event.kind && e.pid === event.pid && e.label === event.label) return;
  }
  events.push(event);
  m.rec.eventRounds.push(m.rec.round);
}

/** Looks through the records written since the last call; returns SAW bits. */
export function collectLandmarks(m: Machine): number {
  const k = m.kernel;
  const { trace } = k;
  let saw = 0;
  if (m.traceSeen < trace.seq) saw = readTrace(m);
  const last = k.oomRecords.length > 0 ? k.oomRecords[k.oomRecords.length - 1] : null;
  // A scan that waits for an earlier victim is no new OOM.
  if (last !== null && last.chosen !== -2 && last.t > m.seen.oomAt) {
    m.seen.oomAt = last.t;
    saw |= SAW.oom;
    noteEvent(m, { t: last.t, kind: 'oom', label: last.invokerComm, pid: last.invoker });
  }
  if (k.panic !== '' && !m.seen.panic) {
    m.seen.panic = true;
    saw |= SAW.panic | SAW_MILESTONE;
    noteEvent(m, { t: k.now, kind: 'panic', label: '', pid: k.current });
  }
  return saw;
}

/** The same for the trace alone. */
function readTrace(m: Machine): number {
  const { trace } = m.kernel;
  let saw = 0;
  for (let s = Math.max(m.traceSeen, trace.seq - trace.size); s < trace.seq; s++) {
    const i = s % trace.size;
    const id = trace.id[i];
    const t = trace.time[i];
    const pid = trace.pid[i];
    if (IS_MILESTONE[id]) saw |= SAW_MILESTONE;
    if (id === KSWAPD_WAKE) {
      saw |= SAW.kswapd;
      if (!m.seen.kswapd) noteEvent(m, { t, kind: 'kswapd', label: 'kswapd', pid });
      m.seen.kswapd = true;
    } else if (id === DIRECT_BEGIN) {
      saw |= SAW['direct-reclaim'];
      if (!m.seen.directReclaim) noteEvent(m, { t, kind: 'direct-reclaim', label: commOf(m, pid), pid });
      m.seen.directReclaim = true;
    } else if (id === WRITE_FOLIO && trace.args[i * 4 + 1] >= 0) {
      saw |= SAW['swap-out'];
      if (!m.seen.swapOut) noteEvent(m, { t, kind: 'swap-out', label: commOf(m, pid), pid });
      m.seen.swapOut = true;
    } else if (id === MARK_VICTIM) {
      saw |= SAW.kill;
      const victim = trace.args[i * 4];
      noteEvent(m, { t, kind: 'kill', label: commOf(m, victim), pid: victim });
    } else if (id === FINISH_REAPING) {
      const victim = trace.args[i * 4];
      noteEvent(m, { t, kind: 'reap', label: commOf(m, victim), pid: victim });
    }
  }
  m.traceSeen = trace.seq;
  return saw;
}

function commOf(m: Machine, pid: number): string {
  return findTask(m.kernel, pid)?.comm ?? m.ended.find((e) => e.pid === pid)?.comm ?? '';
}
