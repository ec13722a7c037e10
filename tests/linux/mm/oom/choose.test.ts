/** The choice gone through again with another oom_score_adj. §10.5. */
import { describe, expect, test } from 'vitest';
import { MMF_OOM_SKIP } from '../../../../src/linux/include/mm_types';
import { PF_CAP_SYS_ADMIN } from '../../../../src/linux/include/sched';
import { chosenWith, NOBODY, outOfMemory, pointsWith, victimStrip } from '../../../../src/linux/mm/oom_kill';
import { dying, last, machine, OC, proc } from './rig';

/** A record of a kill: `big` of 30,000 pages dies; `small` has 10,000, `sshd` must not die, `reaped` cannot again. */
function killed(rules?: string) {
  const k = machine(rules);
  const small = proc(k, 'small', { anon: 9000, swap: 700, tables: 300 * 4096 });
  const sshd = proc(k, 'sshd', 500, { oomScoreAdj: -1000 });
  const reaped = proc(k, 'reaped', 90_000);
  k.mms[reaped.mm].flags |= MMF_OOM_SKIP;
  const big = proc(k, 'big', 30_000);
  outOfMemory(k, big, OC);
  return { k, record: last(k), small, sshd, reaped, big };
}

describe('with another oom_score_adj', () => {
  test('a candidate has its pages and a thousandth of memory for each point', () => {
    const { record, small, sshd, reaped, big } = killed();
    const of = (pid: number) => record.walk.find((c) => c.pid === pid)!;
    expect(pointsWith(record, of(small.pid), 0)).toBe(10_000);
    expect(pointsWith(record, of(small.pid), 7)).toBe(10_700);
    expect(pointsWith(record, of(big.pid), -999)).toBe(30_000 - 99_900);
    expect(pointsWith(record, of(big.pid), -1000)).toBe(-Infinity);
    // Only its adj kept it out.
    expect(pointsWith(record, of(sshd.pid), -999)).toBe(500 - 99_900);
    expect(pointsWith(record, of(sshd.pid), -1000)).toBe(-Infinity);
    // Nothing brings these in.
    expect(pointsWith(record, of(reaped.pid), 1000)).toBe(-Infinity);
    expect(pointsWith(record, of(1), 1000)).toBe(-Infinity);
  });

  test('another dies as soon as it has as many points and comes later, or more and comes before', () => {
    const { record, small, sshd, big } = killed();
    const strips: [number, { from: number; to: number; dies: number }[]][] = [
      // Later in the list than the others, it dies at equal points.
      [
        big.pid,
        [
          { from: -1000, to: -201, dies: small.pid },
          { from: -200, to: 1000, dies: big.pid },
        ],
      ],
      [
        small.pid,
        [
          { from: -1000, to: 200, dies: big.pid },
          { from: 201, to: 1000, dies: small.pid },
        ],
      ],
      [
        sshd.pid,
        [
          { from: -1000, to: 295, dies: big.pid },
          { from: 296, to: 1000, dies: sshd.pid },
        ],
      ],
    ];
    for (const [pid, strip] of strips) expect(victimStrip(record, pid)).toEqual(strip);
  });

  test('of equals the one that comes first in the list dies by old rules', () => {
    const { record, small, big } = killed('4.19');
    expect(chosenWith(record, big.pid, -200)).toBe(small.pid);
    expect(chosenWith(record, small.pid, 200)).toBe(small.pid);
    expect(chosenWith(record, small.pid, 199)).toBe(big.pid);
  });

  test('the strip of a process that cannot die is the same all along', () => {
    const { record, reaped, big } = killed();
    expect(victimStrip(record, reaped.pid)).toEqual([{ from: -1000, to: 1000, dies: big.pid }]);
  });

  test('nobody dies when the only one there is must not', () => {
    const k = machine();
    const only = proc(k, 'only', 100);
    outOfMemory(k, only, OC);
    expect(chosenWith(last(k), only.pid, -1000)).toBe(NOBODY);
    expect(chosenWith(last(k), only.pid, -999)).toBe(only.pid);
  });

  test('root keeps the bonus of its year', () => {
    const k = machine('4.14');
    const root = proc(k, 'root', 10_000, { flags: PF_CAP_SYS_ADMIN });
    const user = proc(k, 'user', 9800);
    outOfMemory(k, user, OC);
    const { walk } = last(k);
    expect(walk.map((c) => c.admin === true)).toEqual([false, true, false]);
    expect(dying(k)).toEqual(['user']);
    expect(pointsWith(last(k), walk[1], 0)).toBe(9700);
    expect(chosenWith(last(k), root.pid, 0)).toBe(user.pid);
    // Equal, and first in the list.
    expect(chosenWith(last(k), root.pid, 1)).toBe(root.pid);
  });

  test('the oldest rules look at what the record has of times and children', () => {
    const k = machine('2.6.24');
    const a = proc(k, 'a', 8000);
    proc(k, 'b', 10_000);
    outOfMemory(k, a, OC);
    expect(dying(k)).toEqual(['b']);
    expect(last(k).walk[1].history).toMatchObject({ totalVm: 8300, children: 0, nice: 0 });
    // One bit to the left for 61 points and more.
    expect(pointsWith(last(k), last(k).walk[1], 70)).toBe(16_600);
    expect(chosenWith(last(k), a.pid, 70)).toBe(a.pid);
  });
});
