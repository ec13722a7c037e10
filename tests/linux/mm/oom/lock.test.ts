/** oom_lock. §10.2. */
import { expect, test } from 'vitest';
import { TASK_KILLABLE, TASK_RUNNING, WAIT_OOM_LOCK } from '../../../../src/linux/include/sched';
import { sendSigkill } from '../../../../src/linux/kernel/sched/core';
import { oomLockKillable, oomUnlock } from '../../../../src/linux/mm/oom_kill';
import { machine, proc } from './rig';

test('one task has it, the others sleep until it is let go, first come first served', () => {
  const k = machine();
  const [holder, late, early] = [proc(k, 'holder', 1), proc(k, 'late', 1), proc(k, 'early', 1)];
  expect(oomLockKillable(k, holder)).toBe(true);
  expect(oomLockKillable(k, holder)).toBe(true);
  k.now = 10;
  expect(oomLockKillable(k, early)).toBe(false);
  k.now = 20;
  expect(oomLockKillable(k, late)).toBe(false);
  expect([early.state, early.waitKind, early.wakeAt]).toEqual([TASK_KILLABLE, WAIT_OOM_LOCK, Infinity]);
  oomUnlock(k);
  expect([k.oomLock, early.state, late.state]).toEqual([-1, TASK_RUNNING, TASK_KILLABLE]);
  expect(oomLockKillable(k, early)).toBe(true);
  oomUnlock(k);
  expect(late.state).toBe(TASK_RUNNING);
  oomUnlock(k);
  expect(k.oomLock).toBe(-1);
});

test('who is killed does not wait for it', () => {
  const k = machine();
  const [holder, dying] = [proc(k, 'holder', 1), proc(k, 'dying', 1)];
  oomLockKillable(k, holder);
  oomLockKillable(k, dying);
  sendSigkill(k, dying);
  expect(dying.state).toBe(TASK_RUNNING);
  expect(oomLockKillable(k, dying)).toBe(false);
  expect([dying.state, k.oomLock]).toEqual([TASK_RUNNING, holder.pid]);
});
