import { describe, expect, test } from 'vitest';
import { audit } from '../../../src/linux/audit';
import type { HeldBatch } from '../../../src/linux/include/kernel';
import { PG_ISOLATED } from '../../../src/linux/include/page';
import { TASK_UNINTERRUPTIBLE, type Task, WAIT_BIO } from '../../../src/linux/include/sched';
import { NR_ISOLATED_ANON, PGROTATED, PSWPOUT } from '../../../src/linux/include/vmstat';
import { touchRange } from '../../../src/linux/mm/memory';
import { lruDelPage } from '../../../src/linux/mm/swap';
import { putBackHeld } from '../../../src/linux/mm/vmscan/held';
import { anon, bootRig, type Rig, runUntil, spawn } from './rig';

const MEMORY = 4000;
const HOG = MEMORY + 1500;

const sleeper = ({ k }: Rig): Task | undefined => k.tasks.find((t) => t.waitKind === WAIT_BIO);

/** A machine whose reclaim has run out of descriptors in the middle of a batch. */
function asleepInBatch(lruGen: boolean): { r: Rig; batch: HeldBatch; goOn: () => void } {
  const r = bootRig({ pages: MEMORY, swap: 4000, lruGen });
  const hog = spawn(r, 'hog');
  const at = anon(r, hog, HOG);
  let done = 0;
  const work = (): void => {
    done += touchRange(r.k, hog, at + done, HOG - done, 1, true, 50_000);
  };
  runUntil(r, () => sleeper(r) !== undefined, hog, work);
  return { r, batch: r.k.heldBatches[0], goOn: () => runUntil(r, () => done === HOG, hog, work) };
}

describe.each([
  ['the classic lists', false],
  ['the multi-gen LRU', true],
])('reclaim without descriptors to write with, under %s', (_, lruGen) => {
  test('sleeps with its batch in hand, what it has written sent off', () => {
    const { r, batch } = asleepInBatch(lruGen);
    const { k } = r;
    expect(sleeper(r)?.state).toBe(TASK_UNINTERRUPTIBLE);
    expect(k.bios.pool).toBe(0);
    expect(k.disks[r.disk].count).toBeGreaterThan(0);
    expect(batch.pages.length).toBeLessThanOrEqual(lruGen ? 64 : 32);
    expect(batch.done).toBeLessThan(batch.pages.length);
    for (const p of batch.pages) expect(k.mem.flags[p] & PG_ISOLATED).toBe(PG_ISOLATED);
    expect(k.nodes[0].stat[NR_ISOLATED_ANON]).toBe(k.heldBatches.reduce((n, b) => n + b.pages.length, 0));
    expect(audit(k)).toEqual([]);
  });

  test('leaves the pages whose write ends meanwhile where they are, not at the tail', () => {
    const { r, goOn } = asleepInBatch(lruGen);
    goOn();
    expect(r.k.vmEvents[PGROTATED]).toBeLessThan(r.k.vmEvents[PSWPOUT] - 16);
    expect(audit(r.k)).toEqual([]);
  });

  test('can be called off: the batch goes back to the lists', () => {
    const { r, batch } = asleepInBatch(lruGen);
    putBackHeld(r.k, sleeper(r) as Task);
    expect(r.k.heldBatches).not.toContain(batch);
    expect(audit(r.k)).toEqual([]);
  });
});

test('a page that is freed meanwhile is gone from the batch', () => {
  const { r, batch } = asleepInBatch(false);
  const { k } = r;
  const [first] = batch.pages;
  const { length } = batch.pages;
  lruDelPage(k, first);
  expect(batch.pages).not.toContain(first);
  expect(batch.pages.length).toBe(length - 1);
  expect(k.nodes[0].stat[NR_ISOLATED_ANON]).toBe(k.heldBatches.reduce((n, b) => n + b.pages.length, 0));
});
