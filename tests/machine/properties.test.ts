/** Whatever is done to a machine, the invariants of §15.4 hold afterwards. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { audit } from '../../src/linux/audit';
import { THP_ENABLED } from '../../src/linux/mm/huge_memory';
import { applyAction } from '../../src/machine/actions';
import { createMachine } from '../../src/machine/boot';
import type { Action } from '../../src/machine/commands';
import { MIB } from '../../src/machine/config';
import { timeOf } from '../../src/machine/machine';
import type { Op, ProcessSpec } from '../../src/machine/ops';
import { runFor } from '../../src/machine/run';
import { config, IDLE, process } from './small';

const pages = fc.integer({ min: 1, max: 9000 });
const region = fc.constantFrom('a', 'b', 'heap', 'new');
const pattern = fc.constantFrom('seq' as const, 'random' as const, 'hot' as const);

const plainOp: fc.Arbitrary<Op> = fc.oneof(
  fc.record({
    op: fc.constant('mmap' as const),
    region,
    pages,
    kind: fc.constantFrom('anon' as const, 'shared' as const, 'file' as const),
    file: fc.constantFrom('f', 'g'),
    onEnomem: fc.constant('continue' as const),
  }),
  fc.record({ op: fc.constant('sbrk' as const), pages, onEnomem: fc.constant('continue' as const) }),
  fc.record({
    op: fc.constant('touch' as const),
    region,
    pages: fc.integer({ min: 1, max: 6000 }),
    pattern,
    hotPages: fc.integer({ min: 1, max: 500 }),
    write: fc.boolean(),
  }),
  fc.record({ op: fc.constant('read' as const), file: fc.constantFrom('f', 'g'), filePages: fc.constant(8000), pages }),
  fc.record({
    op: fc.constant('write' as const),
    file: fc.constantFrom('f', 'w'),
    filePages: fc.constant(8000),
    pages,
  }),
  fc.record({
    op: fc.constant('append' as const),
    file: fc.constantFrom('t', 'u'),
    pages,
    onEnomem: fc.constant('continue' as const),
  }),
  fc.record({ op: fc.constant('unlink' as const), file: fc.constantFrom('f', 't', 'u') }),
  fc.record({ op: fc.constant('mlock' as const), region, onEnomem: fc.constant('continue' as const) }),
  fc.record({
    op: fc.constant('madvise' as const),
    region,
    advice: fc.constantFrom('dontneed' as const, 'hugepage' as const, 'nohugepage' as const),
    keepEvery: fc.constantFrom(0, 2, 7, 512),
  }),
  fc.record({
    op: fc.constant('kalloc' as const),
    count: fc.integer({ min: 1, max: 2000 }),
    order: fc.constantFrom(0, 0, 1, 3, 4, 9),
    use: fc.constantFrom('driver' as const, 'slab' as const, 'dentries' as const),
    onEnomem: fc.constant('continue' as const),
  }),
  fc.record({ op: fc.constant('kfree' as const), keepEvery: fc.constantFrom(0, 3, 16) }),
  fc.record({ op: fc.constant('munmap' as const), region }),
  fc.record({ op: fc.constant('malloc2' as const), times: fc.integer({ min: 1, max: 3000 }), touch: fc.boolean() }),
  fc.record({ op: fc.constant('exec' as const), name: fc.constantFrom('x', 'y') }),
  fc.record({ op: fc.constant('sleep' as const), ns: fc.integer({ min: 1, max: 50e6 }) }),
);
const op: fc.Arbitrary<Op> = fc.oneof(
  { weight: 8, arbitrary: plainOp },
  {
    weight: 1,
    arbitrary: fc.record({
      op: fc.constant('fork' as const),
      ops: fc.array(plainOp, { maxLength: 4 }),
      onEnomem: fc.constant('continue' as const),
    }),
  },
);
const program: fc.Arbitrary<ProcessSpec> = fc
  .record({
    // A map for a file is read only: what a program writes to it ends it, as it should.
    ops: fc.array(op, { minLength: 1, maxLength: 10 }),
    adj: fc.integer({ min: -1000, max: 1000 }),
    at: fc.integer({ min: 0, max: 400e6 }),
    stays: fc.boolean(),
  })
  .map(({ ops, adj, at, stays }) => process('p', stays ? [...ops, IDLE] : ops, { oomScoreAdj: adj, at }));

const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({
    op: fc.constant('kill' as const),
    pid: fc.integer({ min: 200, max: 210 }),
    signal: fc.constantFrom('SIGKILL' as const, 'SIGTERM' as const, 'SIGSTOP' as const, 'SIGCONT' as const),
  }),
  fc.record({
    op: fc.constant('oom_score_adj' as const),
    pid: fc.integer({ min: 200, max: 210 }),
    value: fc.integer({ min: -1000, max: 1000 }),
  }),
  fc.record({
    op: fc.constant('sysctl' as const),
    name: fc.constantFrom(
      'vm.min_free_kbytes',
      'vm.swappiness',
      'vm.overcommit_memory',
      'vm.drop_caches',
      'vm.compact_memory',
      'vm.watermark_scale_factor',
    ),
    value: fc.constantFrom('1', '2', '60', '500', '4000'),
  }),
  fc.constant({ op: 'sysrq' as const, key: 'f' as const }),
  fc.constantFrom('always', 'madvise', 'never').map((value) => ({ op: 'sysctl' as const, name: THP_ENABLED, value })),
);

const cgroup = fc.constantFrom('/a', '/a/x', '/b');
/** What is done to control groups, and all of the above. */
const cgroupAction: fc.Arbitrary<Action> = fc.oneof(
  action,
  fc.record({ op: fc.constant('cgroup_create' as const), path: cgroup }),
  fc.record({ op: fc.constant('cgroup_remove' as const), path: cgroup }),
  fc.record({
    op: fc.constant('cgroup_attach' as const),
    pid: fc.integer({ min: 200, max: 210 }),
    path: fc.oneof(cgroup, fc.constant('/')),
  }),
  fc.record({
    op: fc.constant('cgroup_write' as const),
    path: cgroup,
    file: fc.constantFrom(
      'memory.max',
      'memory.high',
      'memory.low',
      'memory.min',
      'memory.swap.max',
      'memory.oom.group',
      'memory.reclaim',
    ),
    value: fc.constantFrom('0', '1', 'max', '1M', '4M', '16M'),
  }),
);
const cgroupProgram = fc
  .tuple(program, fc.option(cgroup, { nil: undefined }))
  .map(([spec, where]) => ({ ...spec, cgroup: where }));
const cgroups = fc.uniqueArray(
  fc.record({
    path: cgroup,
    settings: fc.array(
      fc.record({ file: fc.constantFrom('memory.max', 'memory.high'), value: fc.constantFrom('8M', '24M') }),
      { maxLength: 1 },
    ),
  }),
  { maxLength: 3, selector: (it) => it.path },
);

describe('after any history', () => {
  test('of programs, signals and settings, on any machine, the audit finds nothing', () => {
    fc.assert(
      fc.property(
        fc.record({
          seed: fc.integer({ min: 1, max: 1000 }),
          cpus: fc.integer({ min: 1, max: 4 }),
          ram: fc.constantFrom(64, 96, 128),
          swap: fc.constantFrom(0, 8, 64),
          swapDevice: fc.constantFrom('ssd' as const, 'hdd' as const, 'zram' as const),
          thp: fc.constantFrom('always', 'never'),
          programs: fc.array(program, { minLength: 1, maxLength: 6 }),
          actions: fc.array(fc.tuple(fc.integer({ min: 1, max: 40 }), action), { maxLength: 8 }),
        }),
        ({ seed, cpus, ram, swap, swapDevice, thp, programs, actions }) => {
          const m = createMachine(config(programs, { cpus, ram: ram * MIB, swap: swap * MIB, swapDevice }), seed);
          // Even a machine that boots without huge pages, for want of memory, has them from then on.
          applyAction(m, { op: 'sysctl', name: THP_ENABLED, value: thp });
          for (const [pause, todo] of [...actions, [40, { op: 'sysrq', key: 'm' } as Action] as const]) {
            runFor(m, { t: timeOf(m) + pause * 10e6 }, 60_000);
            expect(audit(m.kernel)).toEqual([]);
            if (m.kernel.panic !== '') return;
            applyAction(m, todo);
          }
        },
      ),
      { numRuns: 40, seed: 20261123, endOnFailure: false },
    );
  }, 300_000);

  test('of control groups, too', () => {
    fc.assert(
      fc.property(
        fc.record({
          seed: fc.integer({ min: 1, max: 1000 }),
          cpus: fc.integer({ min: 1, max: 2 }),
          swap: fc.constantFrom(0, 32),
          swapDevice: fc.constantFrom('ssd' as const, 'zram' as const),
          thp: fc.constantFrom('always', 'never'),
          cgroups,
          programs: fc.array(cgroupProgram, { minLength: 1, maxLength: 4 }),
          actions: fc.array(fc.tuple(fc.integer({ min: 1, max: 20 }), cgroupAction), { maxLength: 8 }),
        }),
        ({ swap, thp, programs, actions, seed, ...rest }) => {
          const m = createMachine(config(programs, { ...rest, ram: 64 * MIB, swap: swap * MIB }), seed);
          applyAction(m, { op: 'sysctl', name: THP_ENABLED, value: thp });
          for (const [pause, todo] of [...actions, [30, { op: 'sysrq', key: 'm' } as Action] as const]) {
            runFor(m, { t: timeOf(m) + pause * 10e6 }, 20_000);
            expect(audit(m.kernel)).toEqual([]);
            if (m.kernel.panic !== '') return;
            applyAction(m, todo);
          }
        },
      ),
      { numRuns: 12, seed: 20261123, endOnFailure: false },
    );
  }, 300_000);
});
