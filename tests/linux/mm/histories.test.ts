import { describe, expect, it } from 'vitest';
import { audit } from '../../../src/linux/audit';
import { createInode, unlinkInode } from '../../../src/linux/fs/inode';
import type { Kernel } from '../../../src/linux/include/kernel';
import { VM_READ, VM_SHARED, VM_WRITE } from '../../../src/linux/include/mm_types';
import type { Task } from '../../../src/linux/include/sched';
import { doExit, doExitStep } from '../../../src/linux/kernel/exit';
import { fork } from '../../../src/linux/kernel/fork';
import { writeSysctl } from '../../../src/linux/kernel/sysctl';
import { filemapRead, filemapWrite } from '../../../src/linux/mm/filemap';
import { madviseDontneed } from '../../../src/linux/mm/madvise';
import { mlock, mmPopulate, munlock } from '../../../src/linux/mm/mlock';
import { mmap, munmap } from '../../../src/linux/mm/mmap';
import { boot, finishIo, settle, spawn, touch } from '../driver';

const RW = VM_READ | VM_WRITE;

/** Numbers of its own, so that the kernel's chance stays the kernel's. */
function dice(seed: number): (n: number) => number {
  let s = seed;
  return (n) => {
    s = (Math.imul(s, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((s / 2 ** 32) * n);
  };
}

/** Ends a process, and with it what it had. */
function exit(k: Kernel, t: Task): void {
  if (t.exitStage === 0) doExit(k, t, 0);
  settle(
    k,
    t,
    () => doExitStep(k, t, Infinity),
    (done) => !done,
  );
}

/** A history of mapping, touching, forking, locking, reading, writing, deleting and exiting, under memory pressure. */
function history(seed: number, steps: number): string[] {
  const roll = dice(seed);
  const k = boot({ pages: 6144, swap: 20_000 });
  const alive: Task[] = [spawn(k, 'first')];
  const file = createInode(k, { name: '/data', kind: 'file', nrPages: 2000, disk: 0 });
  let tmp = createInode(k, { name: '/t/x', kind: 'shmem', nrPages: 0, shmemLimit: 800 });
  for (let i = 0; i < steps; i++) {
    const t = alive[roll(alive.length)];
    const { vmas } = k.mms[t.mm];
    const vma = vmas.length > 0 ? vmas[roll(vmas.length)] : null;
    const start = vma ? vma.start + roll(vma.end - vma.start) : 0;
    const pages = vma ? Math.min(vma.end - start, 1 + roll(600)) : 0;
    const op = roll(15);
    if (op === 0) mmap(k, t, { pages: 1 + roll(900), flags: RW });
    else if (op === 1) mmap(k, t, { pages: 1 + roll(300), flags: RW | VM_SHARED });
    else if (op === 2)
      mmap(k, t, { pages: 1 + roll(300), flags: RW | (roll(2) ? VM_SHARED : 0), inode: file.id, pgoff: roll(1500) });
    else if (op <= 5 && vma) touch(k, t, start, pages, true);
    else if (op === 6 && vma) touch(k, t, start, pages, false);
    else if (op === 7 && vma) settle(k, t, () => munmap(k, t, start, pages));
    else if (op === 8 && vma) madviseDontneed(k, t, start, pages);
    else if (op === 9 && alive.length < 6) {
      const c = settle(k, t, () => fork(k, t));
      if (typeof c !== 'number') alive.push(c);
    } else if (op === 10 && alive.length > 1) {
      exit(k, t);
      alive.splice(alive.indexOf(t), 1);
    } else if (op === 11 && vma) {
      if (roll(2)) {
        mlock(k, t, start, Math.min(pages, 100));
        settle(k, t, () => mmPopulate(k, t, Infinity));
      } else munlock(k, t, start, pages);
    } else if (op === 12) {
      const at = roll(1900);
      if (roll(2)) settle(k, t, () => filemapRead(k, t, file, at, 16));
      else settle(k, t, () => filemapWrite(k, t, roll(2) ? file : tmp, at, 32));
    } else if (op === 13 && roll(4) === 0) {
      settle(k, t, () => unlinkInode(k, t, tmp));
      tmp = createInode(k, { name: '/t/x', kind: 'shmem', nrPages: 0, shmemLimit: 800 });
    } else if (op === 14 && roll(4) === 0) writeSysctl(k, '/sys/kernel/mm/lru_gen/enabled', String(roll(8)));
    if (i % 40 === 39) {
      const found = audit(k);
      if (found.length > 0) return [`seed ${seed}, step ${i}, op ${op}`, ...found.slice(0, 5)];
    }
  }
  finishIo(k);
  for (const t of alive) exit(k, t);
  finishIo(k);
  return audit(k);
}

describe('any history of a few processes', () => {
  it('leaves the kernel consistent', () => {
    for (const seed of [10, 13, 23, 27, 34]) expect(history(seed, 600)).toEqual([]);
  });
});
