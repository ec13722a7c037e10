/** Killing: who dies with the victim, and in which words. §10.7, §10.8, §10.14. */
import { describe, expect, test } from 'vitest';
import { GFP_ANON_FAULT, GFP_NOFS } from '../../../../src/linux/include/gfp';
import type { Kernel } from '../../../../src/linux/include/kernel';
import { MEMCG_OOM_GROUP_KILL, MEMCG_OOM_KILL } from '../../../../src/linux/include/memcontrol';
import { MMF_OOM_REAP_QUEUED, MMF_OOM_SKIP } from '../../../../src/linux/include/mm_types';
import { PF_EXITING, PF_GROUP_EXIT, PF_KTHREAD, PF_MEMDIE, type Task } from '../../../../src/linux/include/sched';
import { type TracepointName, tracepointId } from '../../../../src/linux/include/trace';
import { OOM_KILL } from '../../../../src/linux/include/vmstat';
import { createTask } from '../../../../src/linux/kernel/sched/core';
import {
  beginOutOfMemory,
  markOomVictim,
  OOM_ABORTED,
  OOM_NOBODY,
  outOfMemory,
  outOfMemoryStep,
  queueOomReaper,
  taskWillFreeMem,
} from '../../../../src/linux/mm/oom_kill';
import { attach, cgroup, dying, last, machine, OC, proc, text } from './rig';

/** Another task on the same address space. */
function sharer(k: Kernel, of: Task, comm: string, more: Partial<Task> = {}): Task {
  k.mms[of.mm].users++;
  return createTask(k, { comm, ppid: 1, mm: of.mm, ...more });
}
/** Records of a tracepoint: pid and its fields. */
const traced = (k: Kernel, name: TracepointName): number[][] => {
  const { trace } = k;
  const found: number[][] = [];
  for (let i = 0; i < trace.seq; i++)
    if (trace.id[i] === tracepointId(name)) found.push([trace.pid[i], ...trace.args.subarray(i * 4, i * 4 + 4)]);
  return found;
};

describe('a task will free its memory by itself', () => {
  const willFree = (more: Partial<Task>): boolean => {
    const k = machine();
    return taskWillFreeMem(k, proc(k, 'a', 10, more));
  };
  test('when it has a fatal signal, or is exiting, alone or with its group', () => {
    expect(willFree({})).toBe(false);
    expect(willFree({ sigkill: true })).toBe(true);
    expect(willFree({ flags: PF_EXITING })).toBe(true);
    expect(willFree({ flags: PF_GROUP_EXIT })).toBe(true);
  });

  test('but not without an address space, nor when that has been reaped', () => {
    const k = machine();
    expect(taskWillFreeMem(k, createTask(k, { comm: 'gone', flags: PF_EXITING }))).toBe(false);
    const t = proc(k, 'a', 10, { sigkill: true });
    k.mms[t.mm].flags |= MMF_OOM_SKIP;
    expect(taskWillFreeMem(k, t)).toBe(false);
  });

  test('when all that share its address space are on their way out, too', () => {
    const k = machine();
    const t = proc(k, 'a', 10, { sigkill: true });
    proc(k, 'stranger', 10);
    const other = sharer(k, t, 'b');
    expect(taskWillFreeMem(k, t)).toBe(false);
    other.flags |= PF_EXITING;
    expect(taskWillFreeMem(k, t)).toBe(true);
  });
});

describe('a victim', () => {
  test('is marked once: with access to reserves and the address space that is awaited', () => {
    const k = machine();
    const t = proc(k, 'a', 10);
    markOomVictim(k, t);
    expect([t.flags & PF_MEMDIE, t.oomMm]).toEqual([PF_MEMDIE, t.mm]);
    t.oomMm = 0;
    t.flags &= ~PF_MEMDIE;
    // Which memory is awaited does not change any more.
    markOomVictim(k, t);
    expect(t.oomMm).toBe(0);
    t.oomMm = -1;
    markOomVictim(k, t);
    expect(t.oomMm).toBe(-1);
  });

  test('that is dying when it is chosen is given the reserves, and nothing is printed', () => {
    const k = machine();
    const big = proc(k, 'big', 9000, { sigkill: true });
    expect(outOfMemory(k, proc(k, 'asks', 10), OC)).toBe(true);
    expect(big.flags & PF_MEMDIE).toBe(PF_MEMDIE);
    expect(k.mms[big.mm].flags & MMF_OOM_REAP_QUEUED).toBe(MMF_OOM_REAP_QUEUED);
    expect(k.log).toEqual([]);
    expect(k.vmEvents[OOM_KILL]).toBe(0);
    expect(last(k).chosen).toBe(big.pid);
  });

  test('that has the one who asks as its only user lets it use the reserves', () => {
    const k = machine();
    const t = proc(k, 'a', 10, { flags: PF_EXITING });
    outOfMemory(k, t, OC);
    expect(k.timers.map((it) => it.kind)).toEqual(['oom_reaper']);
  });

  test('takes those with it that share its memory, but no kernel thread that borrows it', () => {
    const k = machine();
    const big = proc(k, 'big', 9000);
    sharer(k, big, 'twin');
    const kthread = sharer(k, big, 'vhost', { flags: PF_KTHREAD });
    proc(k, 'stranger', 100);
    outOfMemory(k, k.tasks[1], OC);
    expect(dying(k)).toEqual(['big', 'twin']);
    expect(kthread.sigkill).toBe(false);
    expect(k.timers).toHaveLength(1);
  });

  test('whose memory init shares is not reaped: it cannot be freed', () => {
    const k = machine();
    const big = proc(k, 'big', 9000);
    k.tasks[0].mm = big.mm;
    outOfMemory(k, big, OC);
    expect(k.tasks[0].sigkill).toBe(false);
    expect(k.mms[big.mm].flags & MMF_OOM_SKIP).toBe(MMF_OOM_SKIP);
    expect(k.timers).toEqual([]);
    expect(text(k).at(-1)).toBe(`oom killer ${big.pid} (big) has mm pinned by 1 (init)`);
  });

  test('leaves mark_victim among the tracepoints, once', () => {
    const k = machine();
    const big = proc(k, 'big', 9000);
    outOfMemory(k, big, OC);
    markOomVictim(k, big);
    queueOomReaper(k, big);
    expect(traced(k, 'mark_victim')).toEqual([[big.pid, big.pid, 37_200, 36_000, 0]]);
  });
});

describe('the one who asks, with oom_kill_allocating_task,', () => {
  const asks = (more: Partial<Task>, mm = true): Kernel => {
    const k = machine();
    k.sysctl.oom_kill_allocating_task = 1;
    proc(k, 'big', 9000);
    const t = mm ? proc(k, 'asks', 10, more) : createTask(k, { comm: 'asks', ...more });
    outOfMemory(k, t, OC);
    return k;
  };
  test('dies', () => expect(dying(asks({}))).toEqual(['asks']));
  test('is spared when it must not die', () => expect(dying(asks({ oomScoreAdj: -1000 }))).toEqual(['big']));
  test('is spared as a kernel thread', () => expect(dying(asks({ flags: PF_KTHREAD }))).toEqual(['big']));
  test('is spared without memory of its own', () => expect(dying(asks({}, false))).toEqual(['big']));
  test('dies although the first address space is its own', () => {
    const k = machine();
    k.sysctl.oom_kill_allocating_task = 1;
    const t = createTask(k, { comm: 'asks', mm: 0 });
    proc(k, 'big', 9000);
    k.tasks[0].mm = -1;
    outOfMemory(k, t, OC);
    expect(dying(k)).toEqual(['asks']);
  });

  test('dies itself, by old rules too: no child goes in its stead', () => {
    const k = machine('4.19');
    k.sysctl.oom_kill_allocating_task = 1;
    const t = proc(k, 'asks', 10);
    proc(k, 'child', 500, { ppid: t.pid });
    outOfMemory(k, t, OC);
    expect(dying(k)).toEqual(['asks']);
    expect(last(k).sacrificed).toBeUndefined();
  });
});

describe('in a cgroup that is full', () => {
  const full = (files: Record<string, string> = {}) => {
    const k = machine();
    const id = cgroup(k, '/shop', { 'memory.max': '80M', ...files });
    const big = proc(k, 'outside', 40_000);
    const web = attach(k, '/shop', proc(k, 'web', 9000));
    const db = attach(k, '/shop', proc(k, 'db', 12_000));
    const guard = attach(k, '/shop', proc(k, 'guard', 50, { oomScoreAdj: -1000 }));
    return { k, id, big, web, db, guard };
  };

  test('only its processes are looked at, against its limit', () => {
    const { k, id, web, db } = full();
    expect(outOfMemory(k, web, { ...OC, memcg: id })).toBe(true);
    expect(dying(k)).toEqual(['db']);
    expect(last(k)).toMatchObject({
      constraint: 'CONSTRAINT_MEMCG',
      memcg: '/shop',
      totalpages: 20_480,
      chosen: db.pid,
      chosenPoints: 12_000,
      group: [],
    });
    expect(last(k).walk.map((c) => c.comm)).toEqual(['web', 'db', 'guard']);
    const lines = text(k);
    expect(lines).toContain('memory: usage 0kB, limit 81920kB, failcnt 0');
    expect(lines.find((l) => l.startsWith('oom-kill:'))).toBe(
      'oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg=/shop,' +
        `task_memcg=/shop,task=db,pid=${db.pid},uid=1000`,
    );
    expect(lines.find((l) => l.includes('Killed process'))).toMatch(
      /^Memory cgroup out of memory: Killed process \d+ \(db\) total-vm:49200kB, anon-rss:48000kB, /,
    );
    const stack = lines.filter((l) => / (out_of_memory|mem_cgroup_out_of_memory|try_charge_memcg)\+/.test(l));
    expect(stack).toHaveLength(3);
    expect(lines.some((l) => l.startsWith('Mem-Info:'))).toBe(false);
    expect(lines.filter((l) => /^\[ *\d+\] /.test(l))).toHaveLength(3);
    expect(k.memcgs[id].events[MEMCG_OOM_KILL]).toBe(1);
  });

  test('a request that may not enter a file system is decided, too', () => {
    const { k, id, web } = full();
    outOfMemory(k, web, { ...OC, gfp: GFP_NOFS, memcg: id });
    expect(dying(k)).toEqual(['db']);
  });

  test('panic_on_oom 1 and oom_kill_allocating_task do not apply', () => {
    const { k, id, web } = full();
    k.sysctl.panic_on_oom = 1;
    k.sysctl.oom_kill_allocating_task = 1;
    outOfMemory(k, web, { ...OC, memcg: id });
    expect([dying(k), k.panic]).toEqual([['db'], '']);
  });

  test('with nobody to kill the request fails and the machine goes on', () => {
    const { k, id, web, db, guard } = full();
    for (const t of [web, db, guard]) t.oomScoreAdj = -1000;
    expect(outOfMemory(k, web, { ...OC, memcg: id })).toBe(false);
    expect(last(k).chosen).toBe(OOM_NOBODY);
    expect(text(k).at(-1)).toBe('Out of memory and no killable processes...');
    expect(k.panic).toBe('');
  });

  test('memory.oom.group takes all of it, but who is at -1000', () => {
    const { k, id, web, db } = full({ 'memory.oom.group': '1' });
    outOfMemory(k, web, { ...OC, memcg: id });
    expect(dying(k)).toEqual(['web', 'db']);
    expect(last(k)).toMatchObject({ chosen: db.pid, group: [web.pid] });
    expect(k.memcgs[id].events[MEMCG_OOM_GROUP_KILL]).toBe(1);
    expect(text(k)).toContain('Tasks in /shop are going to be killed due to memory.oom.group set');
    // The chosen one is gone through a second time with the others.
    const names = text(k).flatMap((l) => /Killed process \d+ \((\w+)\)/.exec(l)?.[1] ?? []);
    expect(names).toEqual(['db', 'web', 'db']);
  });

  test('a child that dies in place of the chosen process is not counted among those that die with it', () => {
    const { k, id, web, db } = full({ 'memory.oom.group': '1' });
    k.oomRules = '4.19';
    const child = attach(k, '/shop', proc(k, 'child', 100, { ppid: db.pid }));
    outOfMemory(k, web, { ...OC, memcg: id });
    expect(last(k)).toMatchObject({ chosen: db.pid, sacrificed: child.pid, group: [web.pid, db.pid] });
  });

  test('memory.oom.group takes all of it when the whole machine is out of memory, too', () => {
    const { k, big } = full({ 'memory.oom.group': '1' });
    big.oomScoreAdj = -1000;
    outOfMemory(k, big, OC);
    expect(dying(k)).toEqual(['web', 'db']);
    expect(text(k).find((l) => l.startsWith('oom-kill:'))).toContain('global_oom,task_memcg=/shop,task=db,');
  });

  test('the whole of it is as much as memory.max and memory.swap.max, or at least a page', () => {
    const { k, id, web } = full({ 'memory.swap.max': '8M' });
    k.swap.total = 10_000;
    outOfMemory(k, web, { ...OC, memcg: id });
    expect(last(k).totalpages).toBe(20_480 + 2048);
    const none = machine();
    const zero = cgroup(none, '/none', { 'memory.max': '0' });
    const t = attach(none, '/none', proc(none, 'a', 10));
    outOfMemory(none, t, { ...OC, gfp: GFP_ANON_FAULT, memcg: zero });
    expect(last(none)).toMatchObject({ totalpages: 1, chosen: t.pid });
  });

  describe('the walk gives way to others after each task', () => {
    const begin = (files: Record<string, string> = {}) => {
      const m = full(files);
      const oom = beginOutOfMemory(m.k, m.web, { ...OC, memcg: m.id });
      if (typeof oom === 'boolean') throw new Error('nothing to decide');
      const step = (): boolean => outOfMemoryStep(m.k, m.web, oom);
      const until = (done: () => boolean): void => {
        while (!done()) step();
      };
      const finish = (): void => {
        while (!step());
      };
      return { ...m, oom, step, until, finish };
    };

    test('and looks at one in a step', () => {
      const { oom, step } = begin();
      const seen = [0, 1, 2].map(() => {
        step();
        return oom.record.walk.map((c) => c.comm).join();
      });
      expect(seen).toEqual(['web', 'web,db', 'web,db,guard']);
    });

    test('so that a dying task may be done before it is looked at, and the next best dies', () => {
      const { k, db, oom, step, finish } = begin();
      db.oomMm = db.mm;
      step();
      k.mms[db.mm].flags |= MMF_OOM_SKIP;
      finish();
      expect([oom.record.walk.map((c) => c.skip), dying(k)]).toEqual([['', 'oom_skip', 'oom_score_adj'], ['web']]);
    });

    test('while all of them are still dying it ends', () => {
      const { k, db, finish } = begin();
      db.oomMm = db.mm;
      finish();
      expect([last(k).chosen, dying(k)]).toEqual([OOM_ABORTED, []]);
    });

    test('who has gone before its turn is passed over', () => {
      const { k, db, step, finish } = begin();
      step();
      k.tasks.splice(k.tasks.indexOf(db), 1);
      finish();
      expect([last(k).walk.map((c) => c.comm), dying(k)]).toEqual([['web', 'guard'], ['web']]);
    });

    test('who was the worst and has gone before the end of the walk is reported, and not killed', () => {
      const { k, db, step, finish } = begin();
      step();
      step();
      k.tasks.splice(k.tasks.indexOf(db), 1);
      finish();
      expect([last(k).chosen, dying(k), k.vmEvents[OOM_KILL]]).toEqual([db.pid, [], 0]);
      expect(text(k).at(-1)).toContain(`OOM victim ${db.pid} (db) is already exiting.`);
    });

    test('the table of tasks is printed one row at a time, and says what was true at each', () => {
      const { k, db, oom, until, finish } = begin();
      until(() => oom.record.tasks?.length === 1);
      k.mms[db.mm].totalVm += 4;
      finish();
      expect(last(k).tasks?.map((t) => t.totalVm)).toEqual([9300, 12_304, 350]);
      expect(text(k).filter((l) => /^\[ *\d+\] /.test(l))).toHaveLength(3);
    });

    test('without a table it does not give way once the victim is chosen', () => {
      const { k, oom, until, step } = begin();
      k.sysctl.oom_dump_tasks = 0;
      until(() => oom.stage === 'dump_tasks');
      expect([step(), dying(k), last(k).tasks?.length]).toEqual([true, ['db'], 3]);
    });

    test.each([
      ['let go of its memory', (_k: Kernel, t: Task) => (t.mm = -1)],
      ['exited', (k: Kernel, t: Task) => k.tasks.splice(k.tasks.indexOf(t), 1)],
    ])('a victim that has %s meanwhile is not killed any more', (_what, leave) => {
      const { k, db, oom, until, finish } = begin();
      until(() => oom.stage === 'dump_tasks');
      leave(k, db);
      finish();
      expect(text(k).at(-1)).toBe(
        `Memory cgroup out of memory: OOM victim ${db.pid} (db) is already exiting. Skip killing the task`,
      );
      expect([dying(k), k.vmEvents[OOM_KILL], last(k).chosen]).toEqual([[], 0, db.pid]);
      expect(text(k).some((l) => l.includes('Killed process'))).toBe(false);
    });
  });
});
