/** /proc/PID/oom_score, oom_score_adj and oom_adj. §10.11. */
import { EACCES, EINVAL, ESRCH } from '../../include/errno';
import type { Kernel } from '../../include/kernel';
import { PF_CAP_SYS_ADMIN, PF_KTHREAD, type Task } from '../../include/sched';
import { trace, tracepointId } from '../../include/trace';
import { findTask, isGlobalInit } from '../../kernel/sched/core';
import {
  inVfork,
  OOM_SCORE_ADJ_MAX,
  OOM_SCORE_ADJ_MIN,
  oomBadness,
  oomScoreFromPoints,
  totalpagesGlobal,
} from '../../mm/oom_kill';
import { oldScale } from '../../versions/badness';
import { oomRules } from '../../versions/oom_rules';

const TRACE_ADJ = tracepointId('oom_score_adj_update');
const OOM_DISABLE = -17;
const OOM_ADJUST_MAX = 15;

/** /proc/PID/oom_score: 0 for a process that cannot be killed or does not exist. */
export function oomScore(k: Kernel, pid: number): number {
  const t = findTask(k, pid);
  if (t === null) return 0;
  const total = totalpagesGlobal(k);
  return oomScoreFromPoints(oomBadness(k, t, total), total, oomRules(k).scoreFile);
}

/** The legacy oom_adj (-17…15) for an oom_score_adj. */
export const oomAdjFromScoreAdj = oldScale;

/** The oom_score_adj for a legacy oom_adj. */
export const scoreAdjFromOomAdj = (oomAdj: number): number =>
  oomAdj === OOM_ADJUST_MAX ? OOM_SCORE_ADJ_MAX : Math.trunc((oomAdj * OOM_SCORE_ADJ_MAX) / -OOM_DISABLE) + 0;

/**
 * __set_oom_adj: sets the value of a process and of all that share its address space.
 *
 * @param legacy a write to oom_adj: lowering is compared with the present value instead of the floor
 */
function setOomAdj(k: Kernel, writer: Task | null, pid: number, adj: number, legacy: boolean): number {
  const t = findTask(k, pid);
  if (t === null) return -ESRCH;
  const capable = writer === null || (writer.flags & PF_CAP_SYS_ADMIN) !== 0;
  if (!capable && adj < (legacy ? t.oomScoreAdj : t.oomScoreAdjMin)) return -EACCES;
  const setFloor = !legacy && capable;
  t.oomScoreAdj = adj;
  if (setFloor) t.oomScoreAdjMin = adj;
  trace(k.trace, k.now, t.pid, TRACE_ADJ, t.pid, adj);
  if (t.mm < 0 || inVfork(k, t) || k.mms[t.mm].users <= 1) return 0;
  for (const p of k.tasks) {
    if (p === t || p.mm !== t.mm || p.flags & PF_KTHREAD || isGlobalInit(p) || inVfork(k, p)) continue;
    p.oomScoreAdj = adj;
    if (setFloor) p.oomScoreAdjMin = adj;
  }
  return 0;
}

/**
 * A write to /proc/PID/oom_score_adj.
 *
 * @param writer the process that writes; null = root's shell. The capability is PF_CAP_SYS_ADMIN
 * @returns 0, -EINVAL outside -1000…1000, -ESRCH without such a process, -EACCES below what root last allowed
 */
export function writeOomScoreAdj(k: Kernel, writer: Task | null, pid: number, value: number): number {
  if (!Number.isInteger(value) || value < OOM_SCORE_ADJ_MIN || value > OOM_SCORE_ADJ_MAX) return -EINVAL;
  return setOomAdj(k, writer, pid, value, false);
}

/** A write to the legacy /proc/PID/oom_adj, -17…15. Errors as for oom_score_adj. */
export function writeOomAdj(k: Kernel, writer: Task | null, pid: number, value: number): number {
  if (!Number.isInteger(value) || value < OOM_DISABLE || value > OOM_ADJUST_MAX) return -EINVAL;
  return setOomAdj(k, writer, pid, scoreAdjFromOomAdj(value), true);
}
