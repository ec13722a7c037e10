import { describe, expect, it } from 'vitest';
import { audit } from '../../../src/linux/audit';
import { type Image, mmExec } from '../../../src/linux/fs/exec';
import { createInode } from '../../../src/linux/fs/inode';
import { ENOMEM } from '../../../src/linux/include/errno';
import type { Kernel } from '../../../src/linux/include/kernel';
import {
  MM_ANONPAGES,
  MM_FILEPAGES,
  VM_EXEC,
  VM_GROWSDOWN,
  VM_READ,
  VM_WRITE,
} from '../../../src/linux/include/mm_types';
import { fork } from '../../../src/linux/kernel/fork';
import { createTask } from '../../../src/linux/kernel/sched/core';
import { filemapAppend } from '../../../src/linux/mm/filemap';
import { handleMmFault, VM_FAULT_DONE, VM_FAULT_SIGSEGV } from '../../../src/linux/mm/memory';
import { getMmCounterSum, getMmRssSum } from '../../../src/linux/mm/mm_counters';
import { brk, mmap } from '../../../src/linux/mm/mmap';
import { anon, boot, freePages, settle, spawn, touch } from '../driver';

/** A static program of 200 pages in a ramfs. */
function program(k: Kernel): Image {
  const file = createInode(k, { name: '/init', kind: 'ramfs', nrPages: 0 });
  const writer = createTask(k, { comm: 'cpio' });
  filemapAppend(k, writer, file, 200);
  return {
    segments: [
      {
        name: 'text',
        pages: 190,
        flags: VM_READ | VM_EXEC,
        inode: file.id,
        touch: [{ from: 0, pages: 64, write: false }],
      },
      {
        name: 'data',
        pages: 10,
        flags: VM_READ | VM_WRITE,
        inode: file.id,
        pgoff: 190,
        touch: [{ from: 0, pages: 4, write: true }],
      },
      { name: 'buffer', pages: 16, flags: VM_READ | VM_WRITE, start: 'mmap' },
      {
        name: 'stack',
        pages: 33,
        flags: VM_READ | VM_WRITE | VM_GROWSDOWN,
        touch: [{ from: 30, pages: 3, write: true }],
      },
    ],
    brk: 4096,
  };
}

describe('execve', () => {
  it('maps the segments and touches what the program touches', () => {
    const k = boot();
    const image = program(k);
    const t = spawn(k, 'worker');
    expect(settle(k, t, () => mmExec(k, t, image))).toBe(0);
    const mm = k.mms[t.mm];
    expect(mm.totalVm).toBe(249);
    expect(mm.stackVm).toBe(33);
    expect(mm.execVm).toBe(190);
    expect(mm.dataVm).toBe(26);
    expect(getMmCounterSum(mm, MM_FILEPAGES)).toBe(64);
    expect(getMmCounterSum(mm, MM_ANONPAGES)).toBe(7);
    // Four faults of 16 pages, four copies of data, three of stack.
    expect(t.minFlt).toBe(11);
    expect(k.committedAs).toBe(10 + 16 + 33);
    expect(mm.brk).toBe(4096);
    expect(audit(k)).toEqual([]);
  });

  it('needs page tables for the low, the mapped and the stack part of the address space', () => {
    const k = boot();
    const image = program(k);
    const t = spawn(k, 'worker');
    settle(k, t, () => mmExec(k, t, image));
    // Two PUD tables, PMD and PTE tables for text and stack.
    expect(k.mms[t.mm].pgtablesBytes).toBe(6 * 4096);
    brk(k, t, 4096 + 10);
    touch(k, t, 4096, 1);
    touch(k, t, anon(k, t, 10), 1);
    // One more for the heap; a PMD and a PTE table for mappings.
    expect(k.mms[t.mm].pgtablesBytes).toBe(9 * 4096);
  });

  it('drops the old address space: a child of a large parent costs nothing after exec', () => {
    const k = boot();
    const image = program(k);
    const t = spawn(k, 'parent');
    touch(k, t, anon(k, t, 3000), 3000);
    const before = freePages(k);
    const c = settle(k, t, () => fork(k, t));
    if (typeof c === 'number') throw new Error('fork');
    settle(k, c, () => mmExec(k, c, image));
    expect(getMmRssSum(k.mms[c.mm])).toBe(71);
    expect(getMmRssSum(k.mms[t.mm])).toBe(3000);
    expect(before - freePages(k)).toBeLessThan(30);
    expect(audit(k)).toEqual([]);
  });

  it('kills the task when its memory cannot be promised any more', () => {
    const k = boot();
    const image = program(k);
    k.sysctl.overcommit_memory = 2;
    k.sysctl.overcommit_ratio = 0;
    const t = spawn(k, 'worker');
    expect(settle(k, t, () => mmExec(k, t, image))).toBe(-ENOMEM);
    expect(t.sigkill).toBe(true);
  });

  it('the stack grows downwards on access, up to 8 MiB', () => {
    const k = boot();
    const image = program(k);
    const t = spawn(k, 'worker');
    settle(k, t, () => mmExec(k, t, image));
    const mm = k.mms[t.mm];
    const stack = mm.vmas[mm.vmas.length - 1];
    const { end } = stack;
    expect(handleMmFault(k, t, stack.start - 100, true)).toBe(VM_FAULT_DONE);
    expect(mm.stackVm).toBe(133);
    expect(handleMmFault(k, t, end - 2049, true)).toBe(VM_FAULT_SIGSEGV);
    expect(mmap(k, t, { pages: 1, flags: VM_READ })).toBeLessThan(mm.mmapBase);
    expect(audit(k)).toEqual([]);
  });
});
