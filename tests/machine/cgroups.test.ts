/** Control groups by command: what is refused, and what a write sets off. */
import { describe, expect, test } from 'vitest';
import { audit } from '../../src/linux/audit';
import { readProcFile } from '../../src/linux/fs/proc';
import { applyAction, checkAction } from '../../src/machine/actions';
import { createMachine } from '../../src/machine/boot';
import { type Action, RefusalError } from '../../src/machine/commands';
import { type Machine, timeOf } from '../../src/machine/machine';
import { runFor } from '../../src/machine/run';
import { buildFrame, type FrameContext } from '../../src/worker/frame';
import { config, IDLE, process } from './small';

const holder = (pages: number, cgroup?: string) =>
  process(
    'holder',
    [{ op: 'mmap', region: 'a', pages }, { op: 'touch', region: 'a', write: true }, IDLE],
    cgroup === undefined ? {} : { cgroup },
  );
const go = (m: Machine, ms: number): void => {
  runFor(m, { t: timeOf(m) + ms * 1e6 });
};
const file = (m: Machine, path: string): string => readProcFile(m.kernel, `/sys/fs/cgroup${path}`) ?? '';
const refusal = (m: Machine, action: Action): string => {
  try {
    checkAction(m, action);
  } catch (error) {
    if (error instanceof RefusalError) return error.refusal.code;
    throw error;
  }
  return '';
};

/** A frame of a machine at rest, with everything in it. */
const LOOK: FrameContext = {
  seq: 1,
  status: 'paused',
  stateHash: '',
  speed: 1,
  achievedSpeed: 1,
  logSent: 0,
  traceSent: 0,
  kinds: null,
  pageMap: null,
};

describe('control groups of a machine', () => {
  test('are made at boot, with the processes that belong to them', () => {
    const m = createMachine(
      config([holder(2000, '/web/a'), holder(500)], {
        cgroups: [{ path: '/web/a', settings: [{ file: 'memory.max', value: '16777216' }] }],
      }),
      1,
    );
    go(m, 500);
    expect(file(m, '/web/a/memory.max')).toBe('16777216\n');
    expect(Number(file(m, '/web/memory.current'))).toBeGreaterThan(2000 * 4096);
    expect(file(m, '/web/a/cgroup.procs').split('\n').length).toBe(2);
    expect(audit(m.kernel)).toEqual([]);
    const frame = buildFrame(m, LOOK);
    expect(frame.cgroups.map((c) => [c.path, c.max, c.procs, c.leaf])).toEqual([
      ['/web', null, 0, false],
      ['/web/a', 4096, 1, true],
    ]);
    expect(frame.procs.filter((p) => p.comm === 'holder').map((p) => p.cgroup)).toEqual(['/web/a', '/']);
  });

  test('show what they hold by kind, what protection holds now, and who would die for a limit', () => {
    const m = createMachine(
      config([holder(2000, '/web/a'), holder(1000, '/web/b'), holder(500)], {
        cgroups: [
          { path: '/web', settings: [{ file: 'memory.low', value: '4194304' }] },
          {
            path: '/web/a',
            settings: [
              { file: 'memory.max', value: '16777216' },
              { file: 'memory.low', value: '8388608' },
            ],
          },
          { path: '/web/b', settings: [{ file: 'memory.low', value: '8388608' }] },
        ],
      }),
      1,
    );
    go(m, 500);
    const frame = buildFrame(m, LOOK);
    const [web, a, b] = frame.cgroups;
    // The last of them may not be on their list yet.
    expect(a.anon).toBeGreaterThan(2000 - m.kernel.release.folioBatch);
    expect(web.anon).toBe(a.anon + b.anon);
    expect(a.anon + a.file + a.mlocked).toBeLessThanOrEqual(a.current);
    // The children claim more than their parent has: each gets its share of it.
    expect([web.elow, b.elow < 1000, a.elow + b.elow <= web.elow]).toEqual([1024, true, true]);
    expect(web.totalpages).toBeNull();
    expect(a.totalpages).toBe(4096 + m.kernel.swap.total);
    const pid = frame.procs.find((p) => p.cgroup === '/web/a')?.pid;
    expect(a.ranking).toMatchObject([{ pid, adjPoints: 0 }]);
    expect(a.ranking[0].points).toBeGreaterThanOrEqual(2000);
  });

  test('whose limit is lowered below what they use give memory back or lose a process', () => {
    const m = createMachine(config([holder(2000)]), 1);
    go(m, 300);
    applyAction(m, { op: 'cgroup_create', path: '/web' });
    applyAction(m, { op: 'cgroup_attach', pid: 0, comm: 'holder', path: '/web' });
    // What it had before stays charged to the root.
    expect(file(m, '/web/memory.current')).toBe('0\n');
    applyAction(m, { op: 'spawn', processes: [holder(3000, '/web')] });
    go(m, 300);
    expect(Number(file(m, '/web/memory.current'))).toBeGreaterThan(3000 * 4096);
    applyAction(m, { op: 'cgroup_write', path: '/web', file: 'memory.max', value: '4MiB' });
    go(m, 2000);
    expect(m.kernel.oomRecords.filter((r) => r.memcg === '/web').length).toBeGreaterThan(0);
    expect(Number(file(m, '/web/memory.current'))).toBeLessThanOrEqual(4 * 1024 * 1024);
    expect(audit(m.kernel)).toEqual([]);
  });

  test.each<[Action, string]>([
    [{ op: 'cgroup_create', path: 'web' }, 'bad-cgroup-path'],
    [{ op: 'cgroup_create', path: '/..' }, 'bad-cgroup-path'],
    [{ op: 'cgroup_create', path: '/web/./x' }, 'bad-cgroup-path'],
    [{ op: 'cgroup_create', path: '/web' }, 'cgroup-exists'],
    [{ op: 'cgroup_create', path: '/web/x' }, 'cgroup-busy'],
    [{ op: 'cgroup_create', path: '/db/x' }, ''],
    [{ op: 'cgroup_remove', path: '/web' }, 'cgroup-busy'],
    [{ op: 'cgroup_remove', path: '/nope' }, 'no-cgroup'],
    [{ op: 'cgroup_write', path: '/web', file: 'memory.max', value: 'much' }, 'bad-cgroup-value'],
    [{ op: 'cgroup_write', path: '/web', file: 'memory.maximum', value: '1' }, 'unknown-cgroup-file'],
    [{ op: 'cgroup_write', path: '/web', file: 'memory.current', value: '1' }, 'bad-cgroup-value'],
    [{ op: 'cgroup_write', path: '/web', file: 'memory.high', value: '8MiB' }, ''],
    [{ op: 'cgroup_attach', pid: 1, path: '/db' }, ''],
    [{ op: 'cgroup_attach', pid: 1, path: '/nope' }, 'no-cgroup'],
    [{ op: 'spawn', processes: [holder(1, '/nope')] }, 'no-cgroup'],
  ])('%o is answered with "%s"', (action, code) => {
    const m = createMachine(
      config([holder(10, '/web')], {
        cgroups: [
          { path: '/web', settings: [] },
          { path: '/db', settings: [] },
        ],
      }),
      1,
    );
    go(m, 200);
    expect(refusal(m, action)).toBe(code);
  });
});
