/** The reaper with several victims, and what it leaves in the trace. §10.9. */
import { expect, test } from 'vitest';
import type { Kernel } from '../../../../src/linux/include/kernel';
import { MMF_OOM_REAP_QUEUED, MMF_OOM_SKIP } from '../../../../src/linux/include/mm_types';
import type { Task } from '../../../../src/linux/include/sched';
import { TRACEPOINT_NAMES } from '../../../../src/linux/include/trace';
import { MS, SEC } from '../../../../src/linux/include/units';
import { markOomVictim, oomReaperStep, queueOomReaper } from '../../../../src/linux/mm/oom_kill';
import { machine, proc, text } from './rig';

const names = (k: Kernel): string[] => Array.from(k.trace.id.subarray(0, k.trace.seq), (id) => TRACEPOINT_NAMES[id]);
const reaped = (k: Kernel, t: Task): boolean => (k.mms[t.mm].flags & MMF_OOM_SKIP) !== 0;

function victim(k: Kernel, comm: string): Task {
  const t = proc(k, comm, { anon: 25, file: 3, shmem: 2 });
  markOomVictim(k, t);
  queueOomReaper(k, t);
  return t;
}
/** Its address space is being copied: it cannot be taken apart now. */
const lock = (t: Task): void => {
  t.forkWork = { flags: 0, stack: [], mm: 0, vma: 0, vpn: 0 };
};
/** The reaper has two of them, and cannot take the first. */
function twoVictims(): { k: Kernel; first: Task; second: Task } {
  const k = machine();
  const first = victim(k, 'first');
  const second = victim(k, 'second');
  lock(first);
  return { k, first, second };
}
/** The next timer expires. */
function expire(k: Kernel): void {
  const timer = k.timers.shift()!;
  k.now = timer.at;
  oomReaperStep(k, timer.arg);
}

test('what it does is traced, step by step', () => {
  const k = machine();
  victim(k, 'a');
  expire(k);
  expect(names(k)).toEqual(['mark_victim', 'wake_reaper', 'start_task_reaping', 'finish_task_reaping']);
  expect(text(k)).toEqual([
    expect.stringMatching(/^oom_reaper: reaped process \d+ \(a\), now anon-rss:100kB, file-rss:12kB, shmem-rss:8kB$/),
  ]);
});

test('victims that come while it is busy wait, and the latest is taken first', () => {
  const k = machine();
  const all = ['first', 'second', 'third', 'fourth'].map((comm) => {
    k.now += MS;
    return victim(k, comm);
  });
  const [first, second, third, fourth] = all;
  lock(first);
  for (let i = 0; i < 4; i++) expire(k);
  expect(k.oomReaperList).toEqual(all.map((t) => t.pid));
  expect(all.some((t) => reaped(k, t))).toBe(false);
  expect(k.timers.map((t) => t.at)).toEqual([2 * SEC + MS + 100 * MS]);
  first.forkWork = null;
  lock(third);
  expire(k);
  expect([first, second, third, fourth].map((t) => reaped(k, t))).toEqual([true, false, false, true]);
  expect(k.oomReaperList).toEqual([third.pid, second.pid]);
  third.forkWork = null;
  expire(k);
  expect(all.every((t) => reaped(k, t))).toBe(true);
  expect([k.oomReaperList, k.timers]).toEqual([[], []]);
});

test('the next one has ten attempts of its own', () => {
  const { k, first, second } = twoVictims();
  lock(second);
  expire(k);
  expire(k);
  for (let i = 0; i < 8; i++) expire(k);
  expect(reaped(k, first)).toBe(false);
  expire(k);
  expect([reaped(k, first), reaped(k, second)]).toEqual([true, false]);
  expect(text(k)).toEqual([`oom_reaper: unable to reap pid:${first.pid} (first)`]);
  for (let i = 0; i < 9; i++) {
    expect(reaped(k, second)).toBe(false);
    expire(k);
  }
  expect(reaped(k, second)).toBe(true);
  expect(k.timers).toEqual([]);
});

test('one whose memory is given back while it waits its turn is skipped', () => {
  const { k, first, second } = twoVictims();
  expire(k);
  expire(k);
  k.mms[second.mm].flags |= MMF_OOM_SKIP;
  first.forkWork = null;
  expire(k);
  expect(names(k).slice(-2)).toEqual(['finish_task_reaping', 'skip_task_reaping']);
  expect(text(k)).toHaveLength(1);
});

test('one that has exited while it waited for the next attempt needs nothing more', () => {
  const { k, first, second } = twoVictims();
  expire(k);
  expire(k);
  k.tasks.splice(k.tasks.indexOf(first), 1);
  expire(k);
  expect([reaped(k, first), reaped(k, second)]).toEqual([false, true]);
  expect(k.oomReaperList).toEqual([]);
});

test('nobody is queued without a memory that is awaited, nor twice, nor by rules without a reaper', () => {
  const k = machine();
  const t = proc(k, 'a', 10);
  queueOomReaper(k, t);
  expect(k.timers).toEqual([]);
  markOomVictim(k, t);
  queueOomReaper(k, t);
  queueOomReaper(k, t);
  expect(k.timers).toHaveLength(1);
  const old = machine('3.10');
  const v = victim(old, 'a');
  expect([old.timers.length, old.mms[v.mm].flags & MMF_OOM_REAP_QUEUED]).toEqual([0, 0]);
  const early = machine('5.4');
  early.now = 5 * SEC;
  victim(early, 'a');
  expect(early.timers[0].at).toBe(5 * SEC);
});
