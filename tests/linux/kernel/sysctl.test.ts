import { describe, expect, test } from 'vitest';
import { createInode } from '../../../src/linux/fs/inode';
import { EACCES, EINVAL, ENOENT } from '../../../src/linux/include/errno';
import type { Kernel } from '../../../src/linux/include/kernel';
import { DROP_PAGECACHE, DROP_SLAB } from '../../../src/linux/include/vmstat';
import { createTask } from '../../../src/linux/kernel/sched/core';
import { readSysctl, SYSCTL_NAMES, sysctlRange, writeSysctl } from '../../../src/linux/kernel/sysctl';
import { filemapWrite } from '../../../src/linux/mm/filemap';
import { recordings } from '../recordings';
import { bootTestKernel } from '../support';

const boot = (): Kernel => bootTestKernel(50_000);

test('a file has the same name with dots, with slashes and below /proc/sys', () => {
  const k = boot();
  for (const name of ['vm.swappiness', 'vm/swappiness', '/proc/sys/vm/swappiness']) {
    expect(writeSysctl(k, name, '10\n')).toBe(0);
    expect(readSysctl(k, name)).toBe('10\n');
  }
  expect(writeSysctl(k, 'swappiness', '10')).toBe(-ENOENT);
  expect(writeSysctl(k, 'vm.none', '1')).toBe(-ENOENT);
  expect(readSysctl(k, 'vm.none')).toBe(-ENOENT);
});

describe("values outside of the kernel's range are refused", () => {
  test.each([
    ['swappiness', 0, 200],
    ['overcommit_memory', 0, 2],
    ['panic_on_oom', 0, 2],
    ['watermark_scale_factor', 1, 3000],
    ['dirty_ratio', 0, 100],
    ['dirty_background_ratio', 0, 100],
    ['page-cluster', 0, 31],
    ['extfrag_threshold', 0, 1000],
    ['compaction_proactiveness', 0, 100],
  ])('vm.%s: %d to %d', (name, min, max) => {
    const k = boot();
    expect(sysctlRange(`vm.${name}`)).toEqual({ min, max });
    for (const ok of [min, max]) {
      expect(writeSysctl(k, `vm.${name}`, String(ok))).toBe(0);
      expect(readSysctl(k, `vm.${name}`)).toBe(`${ok}\n`);
    }
    for (const bad of [min - 1, max + 1]) expect(writeSysctl(k, `vm.${name}`, String(bad))).toBe(-EINVAL);
    expect(readSysctl(k, `vm.${name}`)).toBe(`${max}\n`);
  });

  test.each(['', 'x', '1x', '1 2 3 x', '1.5', '--1', '99999999999'])('as is %j', (text) => {
    expect(writeSysctl(boot(), 'vm.min_free_kbytes', text)).toBe(-EINVAL);
  });
});

test('numbers may be written in octal and hexadecimal', () => {
  const k = boot();
  writeSysctl(k, 'vm.swappiness', '0x20');
  expect(k.sysctl.swappiness).toBe(32);
  writeSysctl(k, 'vm.swappiness', '010');
  expect(k.sysctl.swappiness).toBe(8);
});

describe('watermarks follow', () => {
  test('min_free_kbytes', () => {
    const k = boot();
    k.zones[1].boost = 512;
    expect(writeSysctl(k, 'vm.min_free_kbytes', '8000')).toBe(0);
    expect(k.sysctl.user_min_free_kbytes).toBe(8000);
    expect(k.zones[0].watermark[0] + k.zones[1].watermark[0]).toBeGreaterThanOrEqual(1999);
    expect(k.zones[1].boost).toBe(0);
  });

  test('watermark_scale_factor', () => {
    const k = boot();
    const gap = (): number => k.zones[1].watermark[1] - k.zones[1].watermark[0];
    writeSysctl(k, 'vm.watermark_scale_factor', '1000');
    expect(gap()).toBe(Math.floor(k.zones[1].managed / 10));
  });

  test('lowmem_reserve_ratio, where 0 and less mean no reserve', () => {
    const k = boot();
    expect(writeSysctl(k, 'vm.lowmem_reserve_ratio', '100')).toBe(0);
    expect(k.zones[0].lowmemReserve[1]).toBe(Math.floor(k.zones[1].managed / 100));
    expect(readSysctl(k, 'vm.lowmem_reserve_ratio')).toBe('100\t256\t32\t0\t0\n');
    writeSysctl(k, 'vm.lowmem_reserve_ratio', '-5 256 32');
    expect(k.zones[0].lowmemReserve[1]).toBe(0);
    expect(writeSysctl(k, 'vm.lowmem_reserve_ratio', '1 2 3 4 5 6')).toBe(-EINVAL);
    expect(writeSysctl(k, 'vm.lowmem_reserve_ratio', '')).toBe(-EINVAL);
  });

  test('percpu_pagelist_high_fraction, of at least 8', () => {
    const k = boot();
    expect(writeSysctl(k, 'vm.percpu_pagelist_high_fraction', '7')).toBe(-EINVAL);
    expect(k.sysctl.percpu_pagelist_high_fraction).toBe(0);
    expect(writeSysctl(k, 'vm.percpu_pagelist_high_fraction', '10')).toBe(0);
    expect(k.zones[1].pcp[0].high).toBe(Math.floor(k.zones[1].managed / 10));
  });
});

test('ratios and bytes exclude each other', () => {
  const k = boot();
  expect(writeSysctl(k, 'vm.dirty_bytes', '8191')).toBe(-EINVAL);
  expect(writeSysctl(k, 'vm.dirty_bytes', '8192')).toBe(0);
  expect(k.sysctl).toMatchObject({ dirty_bytes: 8192, dirty_ratio: 0 });
  writeSysctl(k, 'vm.dirty_ratio', '30');
  expect(k.sysctl).toMatchObject({ dirty_bytes: 0, dirty_ratio: 30 });
  writeSysctl(k, 'vm.dirty_background_bytes', '1');
  expect(k.sysctl.dirty_background_ratio).toBe(0);
  writeSysctl(k, 'vm.overcommit_kbytes', '4096');
  expect(k.sysctl).toMatchObject({ overcommit_kbytes: 4096, overcommit_ratio: 0 });
  writeSysctl(k, 'vm.overcommit_ratio', '80');
  expect(k.sysctl).toMatchObject({ overcommit_kbytes: 0, overcommit_ratio: 80 });
});

test('a negative number for an unsigned long is taken without a word and without effect', () => {
  const k = boot();
  const before = k.sysctl.admin_reserve_kbytes;
  expect(writeSysctl(k, 'vm.admin_reserve_kbytes', '-1')).toBe(0);
  expect(k.sysctl.admin_reserve_kbytes).toBe(before);
});

describe('drop_caches', () => {
  test('drops clean cache and slab, keeps what is dirty, and says so', () => {
    const k = boot();
    const task = createTask(k, { comm: 'sh', pid: 1 });
    k.current = 1;
    const file = createInode(k, { name: '/f', kind: 'file', nrPages: 0 });
    expect(filemapWrite(k, task, file, 0, 60)).toBe(60);
    for (let p = 0; p < k.mem.nrPages; p++) if (k.mem.mapping[p] < 0 && k.mem.index[p] < 50) k.mem.flags[p] &= ~8;
    expect(writeSysctl(k, 'vm.drop_caches', '3')).toBe(0);
    expect(file.nrCached).toBe(10);
    expect([k.vmEvents[DROP_PAGECACHE], k.vmEvents[DROP_SLAB]]).toEqual([1, 1]);
    expect(k.log.at(-1)?.text).toBe('sh (1): drop_caches: 3');
    writeSysctl(k, 'vm.drop_caches', '4');
    expect(k.log).toHaveLength(1);
  });

  test('takes 1 to 4, and cannot be read', () => {
    const k = boot();
    for (const bad of ['0', '5', '-1']) expect(writeSysctl(k, 'vm.drop_caches', bad)).toBe(-EINVAL);
    expect(readSysctl(k, 'vm.drop_caches')).toBe(-EACCES);
  });
});

test('the defaults are those of a real kernel', () => {
  const r = recordings().find((x) => x.name === '01-no-swap-hog')!;
  const k = boot();
  for (const [name, value] of Object.entries(r.boot.sysctl)) {
    // These depend on the size of memory.
    if (/min_free_kbytes|_reserve_kbytes/.test(name)) continue;
    expect(readSysctl(k, name), name).toBe(`${value}\n`);
  }
  expect(SYSCTL_NAMES.length).toBeGreaterThan(20);
});
