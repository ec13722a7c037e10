/** The address space of the guest's program: PID 1 and the workers are the same static binary. */
import type { Image } from '../../linux/fs/exec';
import { TEXT_BASE } from '../../linux/include/addr';
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
/** A first access to each of these pages of the text maps the 16 around it. */
const TEXT_TOUCHES = Array.from({ length: 12 }, (_, i) => ({ from: 16 * i, pages: 1, write: false }));

/** Pages that it writes when its first command comes, behind those it has written by then. Virtual page number. */
export const BUFFERS = { vpn: TEXT_BASE + PROGRAM_PAGES + BSS_TOUCHED, pages: 4 };

/** What a forked child and its parent write first, and so no longer share: data and stack, taken for data alone. */
export const FORK_WRITES = { vpn: TEXT_BASE + TEXT_PAGES, pages: DATA_PAGES + BSS_TOUCHED };

/** The program as execve maps it. PID 1 locks all of it, so what it touches first does not matter. */
export const guestImage = (inode: number): Image => ({
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
    { name: 'vvar', pages: VVAR_PAGES, flags: VM_READ, start: 'mmap', touch: [{ from: 0, pages: 1, write: false }] },
  ],
});
