import { describe, expect, test } from 'vitest';
import { audit } from '../../src/linux/audit';
import { MIB } from '../../src/machine/config';
import type { Op } from '../../src/machine/ops';
import { config, hog, IDLE, memoryOf, process, ranFor, taskOf } from './small';

const run = (ops: Op[], seconds = 1, rest = {}) => ranFor(seconds, config([process('p', [...ops, IDLE])], rest));

describe('a program', () => {
  test('that maps memory without touching it holds none of it', () => {
    const m = run([{ op: 'mmap', region: 'r', pages: 5000 }]);
    expect(memoryOf(m, 'p').totalVm).toBeGreaterThan(5000);
    expect(memoryOf(m, 'p').anon).toBeLessThan(100);
  });

  test('that reads untouched memory gets the zero page, and no memory', () => {
    const m = run([
      { op: 'mmap', region: 'r', pages: 5000 },
      { op: 'touch', region: 'r' },
    ]);
    expect(memoryOf(m, 'p').anon).toBeLessThan(100);
  });

  test('that writes gets a page for each page written', () => {
    const m = run([
      { op: 'mmap', region: 'r', pages: 5000 },
      { op: 'touch', region: 'r', write: true },
    ]);
    expect(memoryOf(m, 'p').anon).toBeGreaterThanOrEqual(5000);
    expect(memoryOf(m, 'p').anon).toBeLessThan(5100);
  });

  test('whose mallocs are never touched has memory for half of their pages: the allocator writes behind each block', () => {
    const m = run([{ op: 'malloc2', times: 2000, touch: false }]);
    const { anon, totalVm } = memoryOf(m, 'p');
    const base = memoryOf(run([]), 'p');
    expect(totalVm - base.totalVm).toBeGreaterThanOrEqual(4000);
    expect((anon - base.anon) / 4000).toBeGreaterThan(0.48);
    expect((anon - base.anon) / 4000).toBeLessThan(0.52);
  });

  test('whose mallocs are touched has memory for all of them', () => {
    const m = run([{ op: 'malloc2', times: 2000, touch: true }]);
    expect(memoryOf(m, 'p').anon).toBeGreaterThanOrEqual(4000);
  });

  test('whose mapping is refused ends when it is written to end, and goes on when it is written to go on', () => {
    const sysctl = [{ name: 'vm.overcommit_memory', value: '2' }];
    const ops = (onEnomem: 'exit' | 'continue'): Op[] => [
      { op: 'mmap', region: 'r', pages: 100_000, onEnomem },
      { op: 'mmap', region: 'small', pages: 10 },
    ];
    expect(taskOf(run(ops('exit'), 1, { sysctl }), 'p')).toBe(null);
    expect(taskOf(run(ops('continue'), 1, { sysctl }), 'p')).not.toBe(null);
  });

  test('keeps its rate', () => {
    const m = run(
      [
        { op: 'mmap', region: 'r', pages: 10_000 },
        { op: 'touch', region: 'r', write: true, rate: 4000 },
      ],
      1.2,
    );
    const { anon } = memoryOf(m, 'p');
    expect(anon).toBeGreaterThan(4000);
    expect(anon).toBeLessThan(5200);
  });

  test('repeats and ends', () => {
    const m = ranFor(1, config([process('p', [{ op: 'repeat', times: 3, ops: [{ op: 'sbrk', pages: 10 }] }])]));
    expect(taskOf(m, 'p')).toBe(null);
    expect(m.ended.map((e) => [e.comm, e.killed])).toContainEqual(['p', false]);
  });

  test('that forks shares its pages with the child until one of them writes', () => {
    const child: Op[] = [{ op: 'touch', region: 'r', pages: 1000, write: true }, IDLE];
    const m = run([
      { op: 'mmap', region: 'r', pages: 4000 },
      { op: 'touch', region: 'r', write: true },
      { op: 'fork', name: 'child', ops: child },
    ]);
    expect(memoryOf(m, 'child').anon).toBeGreaterThanOrEqual(4000);
    expect(m.kernel.nodes[0].stat[17]).toBeLessThan(4000 + 1000 + 600);
  });

  test('that locks its memory keeps it when others are swapped out', () => {
    const m = ranFor(
      3,
      config(
        [
          process('locked', [{ op: 'mmap', region: 'r', pages: 2000 }, { op: 'mlock', region: 'r' }, IDLE]),
          process('idle', [{ op: 'mmap', region: 'r', pages: 2000 }, { op: 'touch', region: 'r', write: true }, IDLE]),
          hog('hog', { at: 500e6 }),
        ],
        { swap: 256 * MIB },
      ),
    );
    expect(memoryOf(m, 'locked').anon).toBeGreaterThanOrEqual(2000);
    expect(memoryOf(m, 'idle').swap).toBeGreaterThan(1000);
  });

  test('that gives memory back has none of it afterwards', () => {
    const m = run([
      { op: 'mmap', region: 'a', pages: 2000 },
      { op: 'touch', region: 'a', write: true },
      { op: 'madvise', region: 'a', advice: 'dontneed' },
      { op: 'mmap', region: 'b', pages: 2000 },
      { op: 'touch', region: 'b', write: true },
      { op: 'munmap', region: 'b' },
    ]);
    expect(memoryOf(m, 'p').anon).toBeLessThan(100);
  });

  test('that writes files makes dirty pages, which the flusher cleans', () => {
    const m = run([{ op: 'write', file: 'f', filePages: 4000, pages: 4000 }], 1);
    expect(m.kernel.nodes[0].stat[31]).toBeGreaterThan(3000);
    expect(audit(m.kernel)).toEqual([]);
  });

  test('that fills a tmpfs leaves the file behind', () => {
    const m = ranFor(1, config([process('p', [{ op: 'append', file: '/tmp/f', pages: 3000 }])]));
    expect(taskOf(m, 'p')).toBe(null);
    expect(m.kernel.nodes[0].stat[23]).toBe(3000);
  });

  test('on a stopped process makes no progress until it is let go', () => {
    const ops: Op[] = [
      { op: 'mmap', region: 'r', pages: 5000 },
      { op: 'touch', region: 'r', write: true, rate: 2000 },
      IDLE,
    ];
    const stop = { t: 500e6, action: { op: 'kill' as const, pid: 0, comm: 'p', signal: 'SIGSTOP' as const } };
    const go = { t: 2500e6, action: { op: 'kill' as const, pid: 0, comm: 'p', signal: 'SIGCONT' as const } };
    const stopped = ranFor(2, config([process('p', ops)], { events: [stop] }));
    expect(memoryOf(stopped, 'p').anon).toBeLessThan(1500);
    const gone = ranFor(6, config([process('p', ops)], { events: [stop, go] }));
    expect(memoryOf(gone, 'p').anon).toBeGreaterThanOrEqual(5000);
  });
});

describe('time', () => {
  test('of two busy processes is shared between them, on one cpu', () => {
    const spin: Op[] = [{ op: 'loop', ops: [{ op: 'compute', ns: 1e6 }] }];
    const m = ranFor(1, config([process('a', spin), process('b', spin)], { cpus: 1 }));
    const [a, b] = ['a', 'b'].map((comm) => taskOf(m, comm)?.stime ?? 0);
    expect(Math.abs(a - b)).toBeLessThan(20e6);
  });

  test('of two busy processes is each one’s own, on two cpus', () => {
    const spin: Op[] = [{ op: 'loop', ops: [{ op: 'compute', ns: 1e6 }] }];
    const m = ranFor(1, config([process('a', spin), process('b', spin)], { cpus: 2 }));
    for (const comm of ['a', 'b']) expect(taskOf(m, comm)?.stime).toBeGreaterThan(0.8e9);
  });

  test('spent waiting for swap shows in the effective access time', () => {
    const ops: Op[] = [
      { op: 'mmap', region: 'r', pages: 40_000 },
      { op: 'loop', ops: [{ op: 'touch', region: 'r', pattern: 'random', pages: 100, write: true }] },
    ];
    const m = ranFor(2, config([process('thrash', ops)], { swap: 256 * MIB }));
    const eat = m.rec.samples.at(-1)?.eat ?? 0;
    expect(eat).toBeGreaterThan(5000);
    expect(m.rec.samples[2].eat).toBeLessThan(eat);
  });
});
