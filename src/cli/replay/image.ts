/** The address space of the guest's program: PID 1 and the workers are the same static binary. */
import type { Image } from '../../linux/fs/exec';
import { STACK_TOP, TEXT_BASE } from '../../linux/include/addr';
import { VM_EXEC, VM_GROWSDOWN, VM_READ, VM_WRITE } from '../../linux/include/mm_types';

/**
 * The guest's program, one static binary: 499 pages of address space, of which a new process uses 193 of the file and
 * some 12 of its own.
 */
const TEXT_PAGES = 204;
const DATA_PAGES = 3;
/** Pages of the file. */
export const PROGRAM_PAGES = TEXT_PAGES + DATA_PAGES;
const BSS_PAGES = 221;
/** Pages of the bss that its start-up writes. */
const BSS_TOUCHED = 4;
const HEAP_PAGES = 34;
const STACK_PAGES = 33;
const VVAR_PAGES = 4;
/** Start of the heap: the program's end plus a random gap, so that it has a page table of its own. */
const HEAP_START = 0x1400;
/** The page of the vdso lies by itself near the stack, so that it has a page table of its own. */
const VDSO = { vpn: STACK_TOP - 0x600, pages: 1 };
/** A first access to one of these pages of the text maps the 16 around it: those of a start, and of what follows a fork. */
const AROUND = 16;
const START_TOUCHES = 12;
const FORK_TOUCHES = 8;
const TEXT_TOUCHES = Array.from({ length: START_TOUCHES }, (_, i) => ({ from: AROUND * i, pages: 1, write: false }));

/** Pages that it writes when its first command comes, behind those it has written by then. Virtual page number. */
export const BUFFERS = { vpn: TEXT_BASE + PROGRAM_PAGES + BSS_TOUCHED, pages: 4 };

/** What a forked child and its parent write first, and so no longer share: data and stack, taken for data alone. */
export const FORK_WRITES = { vpn: TEXT_BASE + TEXT_PAGES, pages: DATA_PAGES + BSS_TOUCHED };

/** What a forked child runs and reads: a fork leaves the page tables of files behind. */
export const FORK_READS = [
  ...Array.from({ length: FORK_TOUCHES }, (_, i) => ({ vpn: TEXT_BASE + AROUND * i, pages: 1 })),
  VDSO,
];

/**
 * The program as execve maps it. PID 1 locks all of it, so what it touches first does not matter, and uses no vdso, which
 * cannot be locked.
 *
 * @param vdso of the program's file, which all have in memory: the kernel's page for it belongs to nobody
 */
export const guestImage = (inode: number, vdso = true): Image => ({
  segments: [
    { name: 'text', pages: TEXT_PAGES, flags: VM_READ | VM_EXEC, inode, pgoff: 0, touch: TEXT_TOUCHES },
    {
      name: 'data',
      pages: DATA_PAGES,
      flags: VM_READ | VM_WRITE,
      inode,
      pgoff: TEXT_PAGES,
      touch: [{ from: 0, pages: DATA_PAGES, write: true }],
    },
    { name: 'bss', pages: BSS_PAGES, flags: VM_READ | VM_WRITE, touch: [{ from: 0, pages: BSS_TOUCHED, write: true }] },
    {
      name: 'heap',
      pages: HEAP_PAGES,
      flags: VM_READ | VM_WRITE,
      start: HEAP_START,
      touch: [{ from: 0, pages: 2, write: true }],
    },
    {
      name: 'stack',
      pages: STACK_PAGES,
      flags: VM_READ | VM_WRITE | VM_GROWSDOWN,
      touch: [{ from: STACK_PAGES - 3, pages: 3, write: true }],
    },
    ...(vdso
      ? [
          {
            name: 'vdso',
            pages: VDSO.pages,
            flags: VM_READ | VM_EXEC,
            inode,
            pgoff: 0,
            start: VDSO.vpn,
            touch: [{ from: 0, pages: VDSO.pages, write: false }],
          },
        ]
      : []),
    { name: 'vvar', pages: vdso ? VVAR_PAGES - VDSO.pages : VVAR_PAGES, flags: VM_READ, start: 'mmap' as const },
  ],
});
