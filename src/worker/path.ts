/** The allocation path as steps: a walk through the slow path, with the comparisons that decided it. */

import { COMPACT_DEFERRED, COMPACT_SKIPPED, COMPACT_SUCCESS } from '../linux/include/compaction';
import { GFP_ANON_FAULT, GFP_USER_PAGE } from '../linux/include/gfp';
import type { Kernel } from '../linux/include/kernel';
import { oomVictim } from '../linux/include/oom';
import {
  type AllocContext,
  type AllocStage,
  STAGES,
  TASK_RUNNING,
  type Task,
  WAIT_NOPROGRESS,
  WAIT_PFMEMALLOC,
  WAIT_WRITEBACK,
  type WatermarkTest,
} from '../linux/include/sched';
import { MAX_RECLAIM_RETRIES } from '../linux/include/units';
import { OOM_NOBODY } from '../linux/mm/oom_kill';
import { formatGfp } from '../linux/trace/gfpflags';
import { type Machine, timeOf } from '../machine/machine';
import type { PathFrame, PathStep, ReclaimSleep, Refusal } from './protocol';

/** Stages in the order they are gone through; the last is where it ends. */
const ORDER: readonly AllocStage[] = STAGES.slice(STAGES.indexOf('wake_kswapd'), STAGES.indexOf('page'));
/** Stages of the loop: those ahead were gone through in an earlier round. */
const LOOP_FROM = ORDER.indexOf('reserves');
/** What a reclaimer sleeps for, by WAIT_*. */
const SLEEPS: { [kind: number]: ReclaimSleep } = {
  [WAIT_PFMEMALLOC]: 'kswapd',
  [WAIT_WRITEBACK]: 'writeback',
  [WAIT_NOPROGRESS]: 'progress',
};
/** A walk that has ended is shown for so long, ns of virtual time. */
const KEEP_NS = 100_000_000;

/** The test to show: the one that let the request through, else that of the zone with the most to give. */
function decisive(tests: WatermarkTest[] | undefined): WatermarkTest | null {
  if (!tests || tests.length === 0) return null;
  return tests.find((t) => t.ok) ?? tests.reduce((a, b) => (b.min > a.min ? b : a));
}

function compareOf(k: Kernel, tests: WatermarkTest[] | undefined): PathStep['compare'] {
  const test = decisive(tests);
  if (!test) return undefined;
  return {
    left: test.free,
    op: test.free > test.min + test.lowmemReserve ? '>' : '<=',
    right: test.min,
    zone: k.zones[test.zone].name,
    reserve: test.lowmemReserve,
  };
}

/** The comparison that decided, or that there was no block of the size although enough was free. */
function showTests(k: Kernel, step: PathStep, tests: WatermarkTest[] | undefined): void {
  const test = decisive(tests);
  if (test && !test.ok && test.free > test.min + test.lowmemReserve) {
    step.note = note('path.note.noBlock', { order: test.order });
  } else {
    step.compare = compareOf(k, tests);
  }
}

const note = (code: string, params: Refusal['params'] = {}): Refusal => ({ code, params });

function kswapdNote(k: Kernel, ctx: AllocContext): Refusal {
  // The node it would take pages from: the first that its policy allows.
  const first = k.nodes[ctx.nid].zonelist.find((i) => ctx.nodemask === 0 || ctx.nodemask & (1 << k.zones[i].node));
  const node = k.nodes[first === undefined ? ctx.nid : k.zones[first].node];
  if (node.kswapdFailures >= 16) return note('path.note.kswapdGaveUp');
  const task = k.tasks.find((t) => t.pid === node.kswapd);
  return note(task?.state === TASK_RUNNING ? 'path.note.kswapdRuns' : 'path.note.kswapdAsleep');
}

/** How a direct compaction ended, or how far the one under way has come. */
function compactionNote(ctx: AllocContext, step: PathStep): void {
  step.compare = undefined;
  if (step.state === 'active' || step.state === 'waiting') {
    step.note = note('path.note.compacting', { n: ctx.compactMoved });
    return;
  }
  if (step.state !== 'passed' && step.state !== 'failed') return;
  const outcome =
    ctx.compactResult === COMPACT_SKIPPED
      ? 'path.note.compactSkipped'
      : ctx.compactResult === COMPACT_DEFERRED
        ? 'path.note.compactDeferred'
        : 'path.note.compacted';
  step.note = note(outcome, { n: ctx.compactMoved });
  step.state = ctx.compactResult === COMPACT_SUCCESS ? 'passed' : 'failed';
}

function stepOf(k: Kernel, task: Task | null, ctx: AllocContext, id: AllocStage, place: number): PathStep {
  const here = ORDER.indexOf(ctx.stage);
  const passedBy = ctx.done || place < here;
  const step: PathStep = { id, state: passedBy ? 'passed' : place === here ? 'active' : 'not-reached' };
  // Ahead, but gone through in an earlier round.
  if (step.state === 'not-reached' && ctx.rounds > 1 && place >= LOOP_FROM) step.state = 'waiting';
  const reached = step.state !== 'not-reached';
  const tests = ctx.tests[id];
  if (reached && tests) {
    showTests(k, step, tests);
    if (step.state === 'passed' && !tests.some((t) => t.ok)) step.state = 'failed';
  }
  // Who has come to the OOM killer was told not to try again.
  const refused = (id === 'should_reclaim_retry' || id === 'should_compact_retry') && step.state === 'passed';
  if (refused && here >= ORDER.indexOf('may_oom') && !ctx.done) step.state = 'failed';
  if (id === 'wake_kswapd' && reached) step.note = kswapdNote(k, ctx);
  if ((id === 'direct_compact_first' || id === 'direct_compact' || id === 'should_compact_retry') && ctx.order === 0) {
    step.state = 'skipped';
    step.note = note('path.note.orderZero');
  }
  if ((id === 'direct_compact_first' || id === 'direct_compact') && ctx.order > 0 && reached) compactionNote(ctx, step);
  if (id === 'reserves' && reached) {
    step.note = note(task !== null && task.oomMm >= 0 ? 'path.note.victim' : 'path.note.noRights');
    step.compare = undefined;
    if (step.state === 'failed' || step.state === 'passed') step.state = 'skipped';
  }
  if (id === 'direct_reclaim' && reached && step.state !== 'active') {
    step.note = note('path.note.reclaimed', { n: ctx.reclaimed, scanned: ctx.scanned });
    step.compare = undefined;
    step.state = step.state === 'waiting' ? 'waiting' : ctx.reclaimed > 0 ? 'passed' : 'failed';
  }
  return step;
}

/** A request that was given up has not been through what comes after that stage. */
function cutAfterGivingUp(ctx: AllocContext, steps: PathStep[]): void {
  if (ctx.gaveUpAt === '') return;
  const at = steps.findIndex((s) => s.id === ctx.gaveUpAt);
  for (let i = at + 1; at >= 0 && i < steps.length; i++) steps[i] = { id: steps[i].id, state: 'not-reached' };
}

/** Of a walk that ended with a page nothing was reached behind the step that got it. */
function cutAfterEnd(ctx: AllocContext, steps: PathStep[]): void {
  if (!ctx.done || ctx.failed) return;
  let end = '';
  for (const id of ORDER) if (ctx.tests[id]?.some((t) => t.ok) && id !== 'should_reclaim_retry') end = id;
  const at = steps.findIndex((s) => s.id === end);
  if (at < 0) return;
  steps[at].state = 'passed';
  for (let i = at + 1; i < steps.length; i++) steps[i] = { id: steps[i].id, state: 'not-reached' };
}

function frameOf(
  m: Machine,
  pid: number,
  comm: string,
  task: Task | null,
  ctx: AllocContext,
  until: number,
): PathFrame {
  const k = m.kernel;
  const isFault = ctx.gfp === GFP_ANON_FAULT || ctx.gfp === GFP_USER_PAGE;
  const fastPath: PathStep = { id: 'fast_path', state: 'failed' };
  showTests(k, fastPath, ctx.tests.fast_path);
  const steps: PathStep[] = [
    { id: isFault ? 'page_fault' : 'request', state: 'passed' },
    fastPath,
    ...ORDER.map((id, place) => stepOf(k, task, ctx, id, place)),
  ];
  cutAfterEnd(ctx, steps);
  cutAfterGivingUp(ctx, steps);
  if (ctx.done) steps.push({ id: ctx.failed ? 'nopage' : 'page', state: ctx.failed ? 'failed' : 'passed' });
  const { sc } = ctx;
  return {
    pid,
    comm,
    order: ctx.order,
    gfp: formatGfp(ctx.gfp),
    since: Math.max(0, until - ctx.startedAt),
    steps,
    reclaim: sc && {
      priority: Math.max(0, sc.priority),
      scanned: sc.nrScanned,
      reclaimed: sc.nrReclaimed,
      target: sc.nrToReclaim,
      sleeps: task !== null && task.state !== TASK_RUNNING ? (SLEEPS[task.waitKind] ?? 'other') : null,
    },
    // The round beyond the last is the one that gives up.
    retries: Math.min(ctx.noProgressLoops, MAX_RECLAIM_RETRIES),
  };
}

/**
 * The walk that has just been through out_of_memory(), as it stood there: killing begins its rounds anew. Null when the
 * last kill is not that of this walk, or the walk has gone on since.
 */
function asOfKill(k: Kernel, task: Task, ctx: AllocContext): AllocContext | null {
  const record = k.oomRecords[k.oomRecords.length - 1];
  if (record?.memcg !== '' || record.invoker !== task.pid || record.t < ctx.startedAt) return null;
  if (ctx.stage !== 'reserves' || ctx.noProgressLoops > 0 || ctx.tests.may_oom === undefined) return null;
  return { ...ctx, stage: 'out_of_memory', noProgressLoops: record.noProgressLoops };
}

/** What the last call of out_of_memory() did. */
function killNote(k: Kernel): Refusal {
  const record = k.oomRecords[k.oomRecords.length - 1];
  const pid = oomVictim(record);
  if (pid < 0) return note(pid === OOM_NOBODY ? 'path.note.nobody' : 'path.note.victimDying');
  const name = k.tasks.find((t) => t.pid === pid)?.comm ?? '';
  return note(record.group.length > 0 ? 'path.note.killsGroup' : 'path.note.kills', { name, pid: String(pid) });
}

/** How far along a walk is: what is furthest is the most interesting. */
const interest = (ctx: AllocContext): number => ctx.noProgressLoops * 100 + ORDER.indexOf(ctx.stage);

/** The walk that is furthest along, else the last one that ended, else null. */
export function buildPath(m: Machine): PathFrame | null {
  let best: Task | null = null;
  for (const task of m.kernel.tasks) {
    if (task.alloc === null || task.alloc.done) continue;
    if (best?.alloc && interest(best.alloc) >= interest(task.alloc)) continue;
    best = task;
  }
  for (const task of m.kernel.tasks) {
    const ctx = task.alloc && !task.alloc.done ? asOfKill(m.kernel, task, task.alloc) : null;
    if (!ctx) continue;
    const frame = frameOf(m, task.pid, task.comm, task, ctx, timeOf(m));
    const here = frame.steps.find(({ id }) => id === ctx.stage);
    if (here) here.note = killNote(m.kernel);
    return frame;
  }
  if (best?.alloc) return frameOf(m, best.pid, best.comm, best, best.alloc, timeOf(m));
  const last = m.lastAlloc;
  if (last === null || timeOf(m) - last.t > KEEP_NS) return null;
  return frameOf(m, last.pid, last.comm, null, last.alloc, last.t);
}
