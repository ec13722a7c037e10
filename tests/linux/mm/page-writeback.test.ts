import { describe, expect, test } from 'vitest';
import { audit } from '../../../src/linux/audit';
import { createInode } from '../../../src/linux/fs/inode';
import { PG_DIRTY, PG_WRITEBACK } from '../../../src/linux/include/page';
import { TASK_RUNNING, type Task } from '../../../src/linux/include/sched';
import {
  NR_DIRTIED,
  NR_FILE_DIRTY,
  NR_WRITEBACK,
  NR_WRITTEN,
  NR_ZONE_WRITE_PENDING,
  PGPGOUT,
} from '../../../src/linux/include/vmstat';
import { filemapGet, filemapWrite } from '../../../src/linux/mm/filemap';
import {
  balanceDirtyPages,
  clearPageDirtyForIo,
  globalDirtyLimits,
  setPageDirty,
} from '../../../src/linux/mm/page-writeback';
import { bootRig, type Rig, runUntil, settle, spawn } from './rig';

/** write(2) of the first pages of a file. */
function write(r: Rig, t: Task, inode: ReturnType<typeof createInode>, pages: number): void {
  let i = 0;
  runUntil(
    r,
    () => i >= pages,
    t,
    () => {
      const n = filemapWrite(r.k, t, inode, i, Math.min(32, pages - i));
      if (n > 0) i += n;
    },
  );
}
const newFile = (r: Rig, pages = 0) => createInode(r.k, { name: '/f', kind: 'file', nrPages: pages, disk: r.disk });

describe('limits', () => {
  test('are 20 and 10 per cent of free memory above the reserves and of the file pages', () => {
    const { k } = bootRig({ pages: 20_000 });
    const { free } = k.zones[0];
    const dirtyable = free - k.totalreservePages + 1;
    const { thresh, bg, freerun } = globalDirtyLimits(k);
    expect(thresh).toBe(Math.floor((dirtyable * 819) / 4096));
    expect(bg).toBe(Math.floor((dirtyable * 409) / 4096));
    expect(freerun).toBe(Math.floor((thresh + bg) / 2));
  });

  test('given in bytes they replace the ratios', () => {
    const { k } = bootRig({ pages: 20_000 });
    k.sysctl.dirty_bytes = 4096 * 100 + 1;
    k.sysctl.dirty_background_bytes = 4096 * 10;
    expect(globalDirtyLimits(k)).toEqual({ thresh: 101, bg: 10, freerun: 55 });
  });

  test('a background limit that is not below the other one is half of it', () => {
    const { k } = bootRig({ pages: 20_000 });
    k.sysctl.dirty_bytes = 4096 * 100;
    k.sysctl.dirty_background_bytes = 4096 * 100;
    expect(globalDirtyLimits(k).bg).toBe(50);
  });
});

describe('dirty pages', () => {
  test('are counted by node, zone and file, once each', () => {
    const r = bootRig({ pages: 20_000 });
    const { k } = r;
    const t = spawn(r, 'dd');
    const f = newFile(r);
    write(r, t, f, 100);
    setPageDirty(k, filemapGet(f, 3));
    expect(k.nodes[0].stat[NR_FILE_DIRTY]).toBe(100);
    expect(k.nodes[0].stat[NR_DIRTIED]).toBe(100);
    expect(k.zones[0].stat[NR_ZONE_WRITE_PENDING]).toBe(100);
    expect(f.nrDirty).toBe(100);
    expect(clearPageDirtyForIo(k, filemapGet(f, 3))).toBe(true);
    expect(clearPageDirtyForIo(k, filemapGet(f, 3))).toBe(false);
    expect(k.nodes[0].stat[NR_FILE_DIRTY]).toBe(99);
    expect(f.nrDirty).toBe(99);
  });

  test('are left alone for 30 seconds, then written', () => {
    const r = bootRig({ pages: 20_000 });
    const { k } = r;
    const t = spawn(r, 'dd');
    const f = newFile(r);
    write(r, t, f, 100);
    runUntil(r, () => k.now > 20e9);
    expect(k.nodes[0].stat[NR_FILE_DIRTY]).toBe(100);
    expect(k.vmEvents[PGPGOUT]).toBe(0);
    runUntil(r, () => k.now > 40e9);
    expect(k.nodes[0].stat[NR_FILE_DIRTY]).toBe(0);
    expect(k.nodes[0].stat[NR_WRITTEN]).toBe(100);
    expect(k.mem.flags[filemapGet(f, 3)] & (PG_DIRTY | PG_WRITEBACK)).toBe(0);
    expect(f.nrCached).toBe(100);
    expect(f.dirtiedWhen).toBe(0);
  });

  test('above the background limit the flusher writes at once, and stops below it', () => {
    const r = bootRig({ pages: 20_000 });
    const { k } = r;
    const t = spawn(r, 'dd');
    settle(r);
    const { bg } = globalDirtyLimits(k);
    write(r, t, newFile(r), bg + 300);
    runUntil(r, () => k.nodes[0].stat[NR_FILE_DIRTY] + k.nodes[0].stat[NR_WRITEBACK] <= bg);
    expect(k.now).toBeLessThan(5e9);
    expect(audit(k)).toEqual([]);
  });
});

describe('a writer', () => {
  test('goes on freely below the middle of the limits', () => {
    const r = bootRig({ pages: 20_000 });
    const t = spawn(r, 'dd');
    write(r, t, newFile(r), 500);
    expect(balanceDirtyPages(r.k, t, 32)).toBe(false);
    expect(t.state).toBe(TASK_RUNNING);
  });

  test('does not wake the flusher for what is being written already', () => {
    const r = bootRig({ pages: 20_000 });
    const { k } = r;
    const t = spawn(r, 'writer');
    const { bg } = globalDirtyLimits(k);
    k.nodes[0].stat[NR_WRITEBACK] = bg + 1;
    balanceDirtyPages(k, t);
    expect(k.writeback.reason).toBe(0);
    k.nodes[0].stat[NR_WRITEBACK] = 0;
    k.nodes[0].stat[NR_FILE_DIRTY] = bg + 1;
    balanceDirtyPages(k, t);
    expect(k.writeback.reason).not.toBe(0);
  });

  test('sleeps for the longest pause at the upper limit', () => {
    const r = bootRig({ pages: 20_000 });
    const { k } = r;
    const t = spawn(r, 'dd');
    write(r, t, newFile(r), 500);
    k.sysctl.dirty_bytes = 4096 * 400;
    k.sysctl.dirty_background_bytes = 4096 * 200;
    expect(balanceDirtyPages(k, t, 32)).toBe(true);
    expect(t.state).not.toBe(TASK_RUNNING);
    expect(t.wakeAt - k.now).toBe(200_000_000);
  });

  test('never gets far above the limit, however fast it is', () => {
    const r = bootRig({ pages: 30_000 });
    const { k } = r;
    const t = spawn(r, 'dd');
    const f = newFile(r);
    let most = 0;
    let i = 0;
    runUntil(
      r,
      () => i >= 60_000,
      t,
      () => {
        const n = filemapWrite(k, t, f, i, 32);
        if (n > 0) i += n;
        const dirty = k.nodes[0].stat[NR_FILE_DIRTY] + k.nodes[0].stat[NR_WRITEBACK];
        most = Math.max(most, dirty - globalDirtyLimits(k).thresh);
      },
    );
    expect(most).toBeLessThanOrEqual(64);
    expect(audit(k)).toEqual([]);
  });
});
