/**
 * What is kept of each OOM for its viewers: the decision as the kernel made it, its words, and how the victim's memory
 * went afterwards. Like the rest of the recording it is no state: going through a part of the run again adds nothing.
 */
import type { Kernel, OomRecord } from '../linux/include/kernel';
import { MM_ANONPAGES, MM_FILEPAGES, MM_SHMEMPAGES, MM_SWAPENTS } from '../linux/include/mm_types';
import { oomVictim } from '../linux/include/oom';
import { TASK_DEAD, type Task } from '../linux/include/sched';
import { findTask } from '../linux/kernel/sched/core';
import { getMmCounterSum } from '../linux/mm/mm_counters';
import { nrFreePages } from '../linux/mm/vmstat';
import type { Machine } from './machine';
import type { KillReport } from './record';

/** Points of a series; when there are more every second one goes. */
const MOST_POINTS = 240;
/** A request that has not ended by then is not waited for, and a victim neither. ns. */
const RETRY_NS = 3e9;
const EXIT_NS = 60e9;
/** Decisions that one round can bring. */
const LOOK_BACK = 8;

/** Adds the OOMs of a round that lasted from `start` to `end`, unless they are known from going there before. */
export function noteKills(m: Machine, start: number, end: number): void {
  const { oomRecords } = m.kernel;
  for (let i = Math.max(0, oomRecords.length - LOOK_BACK); i < oomRecords.length; i++) {
    const record = oomRecords[i];
    // A scan that waits for an earlier victim, and help for one that is dying already, print nothing.
    if (record.t < start || record.logEnd === record.logStart) continue;
    if (m.rec.kills.some((kill) => kill.record.t === record.t && kill.record.chosen === record.chosen)) continue;
    const kill = newKill(m.kernel, record, start, end);
    m.rec.kills.push(kill);
    if (!kill.over) m.rec.followed++;
  }
}

const KILLED = /Killed process (\d+) \((.*?)\)/;

function newKill(k: Kernel, record: OomRecord, before: number, decided: number): KillReport {
  const lines = k.log.slice(record.logStart, record.logEnd);
  const victims: KillReport['victims'] = [];
  for (const { text } of lines) {
    const found = KILLED.exec(text);
    // The chosen one of a group that dies as a whole is told of twice.
    if (found && !victims.some(({ pid }) => pid === Number(found[1])))
      victims.push({ pid: Number(found[1]), comm: found[2] });
  }
  return {
    record,
    before,
    decided,
    lines,
    victims,
    after: { t: [], rss: [], swap: [], free: [], gap: 0 },
    exitedAt: -1,
    reapedAt: -1,
    retry: null,
    over: record.chosen < 0,
  };
}

/** Follows the victims that are not gone: called at the end of each round, at `t`. */
export function followKills(m: Machine, t: number): void {
  const { kills } = m.rec;
  let left = m.rec.followed;
  for (let i = kills.length - 1; i >= 0 && left > 0; i--) {
    const kill = kills[i];
    if (kill.over) continue;
    left--;
    follow(m, kill, t);
    if (kill.over) m.rec.followed--;
  }
}

function follow(m: Machine, kill: KillReport, t: number): void {
  const k = m.kernel;
  const { record, after } = kill;
  const last = after.t.length - 1;
  if (t < record.t || (last >= 0 && t <= after.t[last])) return;
  if (kill.exitedAt < 0) {
    const task = findTask(k, oomVictim(record));
    const gone = task === null || task.state === TASK_DEAD;
    addPoint(k, kill, task, t, gone);
    if (gone) kill.exitedAt = t;
    else if (kill.reapedAt < 0) noteReaped(m, kill);
  }
  if (kill.retry === null) {
    const done = m.lastAlloc;
    if (done !== null && done.pid === record.invoker && done.t >= record.t)
      kill.retry = { t: done.t, page: !done.alloc.failed };
  }
  const waited = t - record.t;
  kill.over = waited > EXIT_NS || (kill.exitedAt >= 0 && (kill.retry !== null || waited > RETRY_NS));
}

function noteReaped(m: Machine, kill: KillReport): void {
  const pid = oomVictim(kill.record);
  const { events } = m.rec;
  for (let i = events.length - 1; i >= 0 && events[i].t >= kill.record.t; i--) {
    if (events[i].kind !== 'reap' || events[i].pid !== pid) continue;
    kill.reapedAt = events[i].t;
    const { log } = m.kernel;
    const line = log.slice(kill.record.logEnd).find((l) => l.text.startsWith(`oom_reaper: reaped process ${pid} `));
    if (line) kill.lines = [...kill.lines, line];
    return;
  }
}

/** Adds what the victim holds now, if it is something else than before. */
function addPoint(k: Kernel, kill: KillReport, task: Task | null, t: number, gone: boolean): void {
  const { after } = kill;
  const id = gone || task === null ? -1 : task.mm >= 0 ? task.mm : task.exitMm;
  const mm = id >= 0 ? k.mms[id] : null;
  const count = (member: number): number => (mm === null ? 0 : Math.max(0, getMmCounterSum(mm, member)));
  const rss = count(MM_ANONPAGES) + count(MM_FILEPAGES) + count(MM_SHMEMPAGES);
  const swap = count(MM_SWAPENTS);
  const last = after.t.length - 1;
  if (last >= 0 && !gone) {
    if (t - after.t[last] < after.gap) return;
    if (after.rss[last] === rss && after.swap[last] === swap) return;
  }
  after.t.push(t);
  after.rss.push(rss);
  after.swap.push(swap);
  after.free.push(nrFreePages(k));
  if (after.t.length > MOST_POINTS) thin(kill);
}

function thin({ after }: KillReport): void {
  const every = (list: number[]): number[] => list.filter((_, i) => i % 2 === 0);
  const span = after.t[after.t.length - 1] - after.t[0];
  after.t = every(after.t);
  after.rss = every(after.rss);
  after.swap = every(after.swap);
  after.free = every(after.free);
  after.gap = Math.ceil((2 * span) / MOST_POINTS);
}
