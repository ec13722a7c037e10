import { describe, expect, test } from 'vitest';
import { sysrq } from '../../../src/linux/drivers/tty/sysrq';
import {
  GFP_ANON_FAULT,
  GFP_KERNEL,
  GFP_READAHEAD,
  GFP_USER_PAGE,
  MIGRATE_MOVABLE,
  MIGRATE_UNMOVABLE,
} from '../../../src/linux/include/gfp';
import type { Kernel } from '../../../src/linux/include/kernel';
import { listAdd } from '../../../src/linux/include/list';
import { SEC } from '../../../src/linux/include/units';
import { createTask } from '../../../src/linux/kernel/sched/core';
import { buddyLine, showMem, warnAlloc } from '../../../src/linux/mm/show_mem';
import { formatBitmapList } from '../../../src/linux/mm/vmstat';
import { LINUX_6_1 } from '../../../src/linux/versions';
import { bootTestKernel, bootZones } from '../support';

const text = (k: Kernel): string[] => k.log.map((l) => l.text);

describe('a line of free blocks', () => {
  test('counts them by order and names the types that have some', () => {
    const k = bootTestKernel(20_000);
    const z = k.zones[0];
    z.nrFree.fill(0);
    for (let h = 0; h < 44; h++) {
      k.mem.next[z.freeHeads + h] = z.freeHeads + h;
      k.mem.prev[z.freeHeads + h] = z.freeHeads + h;
    }
    z.nrFree[0] = 2;
    listAdd(k.mem, z.freeHeads + MIGRATE_MOVABLE, 0);
    listAdd(k.mem, z.freeHeads + MIGRATE_UNMOVABLE, 1);
    z.nrFree[10] = 1;
    listAdd(k.mem, z.freeHeads + 40 + MIGRATE_MOVABLE, 1024);
    expect(buddyLine(k, z)).toBe(
      'Node 0 DMA: 2*4kB (UM) 0*8kB 0*16kB 0*32kB 0*64kB 0*128kB 0*256kB 0*512kB 0*1024kB 0*2048kB 1*4096kB (M) = 4104kB',
    );
  });
});

describe('the state of memory', () => {
  test('leaves out zones and nodes that do not matter', () => {
    const zone = (node: number, type: number, startPfn: number) => ({
      node,
      type,
      startPfn,
      spanned: 20_000,
      present: 20_000,
      managed: 19_000,
    });
    const k = bootZones([zone(0, 1, 4096), zone(0, 2, 1 << 20), zone(1, 2, 1 << 21)]);
    showMem(k, 1);
    expect(
      text(k)
        .filter((l) => / free:\d+kB/.test(l))
        .map((l) => l.slice(0, 12)),
    ).toEqual(['Node 0 DMA32']);
    // A node without a zone that may be used has no line.
    expect(text(k).some((l) => l.startsWith('Node 1 active_anon'))).toBe(false);
    k.log.length = 0;
    showMem(k, 4, 0b10);
    expect(text(k).some((l) => l.startsWith('Node 0'))).toBe(false);
    expect(text(k)).toContain('60000 pages RAM');
    expect(text(k)).toContain('3000 pages reserved');
  });

  test('of 6.1 has spaces after three colons and no line on poisoned pages', () => {
    const k = bootTestKernel(20_000, { release: LINUX_6_1 });
    sysrq(k, 'm');
    const all = text(k).join('\n');
    expect(all).toContain('shmem_thp: 0kB shmem_pmdmapped: 0kB anon_thp: 0kB writeback_tmp:0kB');
    expect(all).not.toContain('hwpoisoned');
    expect(text(k)[0]).toBe('sysrq: Show Memory');
  });
});

describe('a failed allocation', () => {
  test('is reported with its flags, the way to it and the state of memory, once in ten seconds', () => {
    const k = bootTestKernel(20_000);
    const t = createTask(k, { comm: 'hog', pid: 130 });
    warnAlloc(k, t, GFP_ANON_FAULT, 0);
    warnAlloc(k, t, GFP_ANON_FAULT, 0);
    expect(text(k).filter((l) => l.includes('page allocation failure'))).toEqual([
      'hog: page allocation failure: order:0, mode:0x140dca(GFP_HIGHUSER_MOVABLE|__GFP_COMP|__GFP_ZERO), ' +
        'nodemask=(null),cpuset=/,mems_allowed=0',
    ]);
    expect(text(k).slice(1, 12)).toEqual([
      'CPU: 0 UID: 0 PID: 130 Comm: hog Not tainted 6.12.117+deb12-cloud-amd64 #1  Debian 6.12.117-1~deb12u1',
      'Call Trace:',
      ' <TASK>',
      ' dump_stack_lvl+0x64/0x80',
      ' warn_alloc+0x164/0x1e0',
      ' __alloc_pages_slowpath.constprop.0+0x2ac/0xe00',
      ' __alloc_pages_noprof+0x2ef/0x310',
      ' alloc_pages_mpol_noprof+0x8f/0x1e0',
      ' vma_alloc_folio_noprof+0x71/0xe0',
      ' do_anonymous_page+0x2bd/0x7d0',
      ' __handle_mm_fault+0xb66/0xfa0',
    ]);
    expect(text(k)).toContain('Mem-Info:');
    k.now += 11 * SEC;
    warnAlloc(k, t, GFP_KERNEL, 4);
    expect(text(k)).toContain('warn_alloc: 1 callbacks suppressed');
  });

  test("of read-ahead is nobody's business", () => {
    const k = bootTestKernel(20_000);
    warnAlloc(k, createTask(k, { comm: 'cat' }), GFP_READAHEAD, 0);
    expect(k.log).toEqual([]);
  });

  test('names no caller that the request does not tell', () => {
    const k = bootTestKernel(20_000);
    const t = createTask(k, { comm: 'cp' });
    warnAlloc(k, t, GFP_USER_PAGE, 0);
    const end = text(k).indexOf(' </TASK>');
    expect(text(k)[end - 1]).toBe(' alloc_pages_mpol_noprof+0x8f/0x1e0');
  });
});

test('sets of nodes are printed as ranges', () => {
  expect([0b1, 0b11, 0b1011, 0b1110111, 0].map(formatBitmapList)).toEqual(['0', '0-1', '0-1,3', '0-2,4-6', '']);
});
