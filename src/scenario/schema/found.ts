/**
 * A machine that begins in the middle of its life, in a scenario file: `machine.found` says what its zones and its memory
 * are like, `processes[].memory` what each process has. It is how a machine is built from a report of the OOM killer.
 */
import * as v from 'valibot';
import { RefusalError } from '../../machine/commands';
import { MAX_NODES, type MachineConfig } from '../../machine/config';
import type { FoundCgroup, FoundProcess, FoundZone } from '../../machine/found/types';
import { parseSize, type Size } from '../../machine/units';
import { cgroupPath, integer, size } from './fields';

const PAGE = 4096;
const MAX_ZONE_PAGES = 1 << 26;

const zone = v.strictObject({
  node: v.optional(integer(0, MAX_NODES - 1)),
  name: v.picklist(['DMA', 'DMA32', 'Normal', 'Movable'], '"DMA", "DMA32", "Normal" or "Movable"'),
  present: size,
  managed: size,
  /** What of it is free when the machine begins. */
  free: size,
  min: v.optional(size),
  low: v.optional(size),
  high: v.optional(size),
  /** lowmem_reserve[], pages. */
  reserve: v.optional(v.pipe(v.array(integer(0, MAX_ZONE_PAGES), 'numbers of pages'), v.maxLength(5, 'at most 5'))),
});

export const foundInFile = v.strictObject({
  zones: v.pipe(
    v.array(zone, 'a list of zones'),
    v.minLength(1, 'at least 1 zone'),
    v.maxLength(16, 'at most 16 zones'),
  ),
  slab: v.optional(size),
  slabReclaimable: v.optional(size),
  cache: v.optional(size),
  tmpfs: v.optional(size),
  tmpfsSwap: v.optional(size),
  /** What is charged to cgroups besides their processes. */
  cgroups: v.optional(
    v.record(
      cgroupPath,
      v.strictObject({
        cache: v.optional(size),
        tmpfs: v.optional(size),
        tmpfsSwap: v.optional(size),
        slab: v.optional(size),
      }),
      'what is charged to cgroups, by path',
    ),
  ),
});

export const processMemory = v.strictObject({
  anon: v.optional(size),
  file: v.optional(size),
  shmem: v.optional(size),
  swap: v.optional(size),
  tables: v.optional(size),
  virtual: v.optional(size),
  parent: v.optional(integer(1, 1 << 22)),
});

export interface FoundInFile {
  zones: {
    node?: number;
    name: FoundZone['name'];
    present: Size;
    managed: Size;
    free: Size;
    min?: Size;
    low?: Size;
    high?: Size;
    reserve?: number[];
  }[];
  slab?: Size;
  slabReclaimable?: Size;
  /** Page cache of files on a disk. */
  cache?: Size;
  /** Files in memory and shared memory. */
  tmpfs?: Size;
  /** Such files' pages in swap. */
  tmpfsSwap?: Size;
  /** What is charged to cgroups besides their processes, by path. */
  cgroups?: Record<string, { cache?: Size; tmpfs?: Size; tmpfsSwap?: Size; slab?: Size }>;
}

export interface ProcessMemoryInFile {
  anon?: Size;
  file?: Size;
  shmem?: Size;
  swap?: Size;
  tables?: Size;
  virtual?: Size;
  /** Pid of its parent: kernels before 5.1 kill a child in its stead. */
  parent?: number;
}

const pages = (it: Size | undefined): number => Math.floor((parseSize(it ?? 0) ?? 0) / PAGE);
const pagesOrNone = (it: Size | undefined): number | undefined => (it === undefined ? undefined : pages(it));

/**
 * @throws {RefusalError} `bad-scenario` when zones cannot be as they are said to be
 */
export function foundOf(it: FoundInFile): NonNullable<MachineConfig['found']> {
  const order = ['DMA', 'DMA32', 'Normal', 'Movable'];
  let last = -1;
  const zones = it.zones.map((z, i): FoundZone => {
    const path = `machine.found.zones[${i}]`;
    const at = (z.node ?? 0) * order.length + order.indexOf(z.name);
    if (at <= last) {
      throw new RefusalError('bad-scenario', {
        path: `${path}.name`,
        expected: `zones as ${order.join(', ')}, node by node`,
        got: z.name,
      });
    }
    last = at;
    const out: FoundZone = {
      ...(z.node !== undefined && { node: z.node }),
      name: z.name,
      present: pages(z.present),
      managed: pages(z.managed),
      free: pages(z.free),
      min: pagesOrNone(z.min),
      low: pagesOrNone(z.low),
      high: pagesOrNone(z.high),
      ...(z.reserve && { reserve: z.reserve }),
    };
    const wrong = (field: string, expected: string, got: number): never => {
      throw new RefusalError('bad-scenario', { path: `${path}.${field}`, expected, got: `${got} pages` });
    };
    if (out.present === 0) wrong('present', 'at least a page', out.present);
    if (z.name === 'DMA' && out.present > 4095) wrong('present', 'at most 16 MiB', out.present);
    if (out.managed > out.present) wrong('managed', 'at most what is present', out.managed);
    if (out.free > out.managed) wrong('free', 'at most what is managed', out.free);
    return out;
  });
  return {
    zones,
    memory: {
      slab: pages(it.slab),
      slabReclaimable: pages(it.slabReclaimable),
      cache: pages(it.cache),
      tmpfs: pages(it.tmpfs),
      tmpfsSwap: pages(it.tmpfsSwap),
    },
    ...(it.cgroups && { cgroups: Object.entries(it.cgroups).map(cgroupOf) }),
  };
}

const cgroupOf = ([path, it]: [string, NonNullable<FoundInFile['cgroups']>[string]]): FoundCgroup => ({
  path,
  cache: pages(it.cache),
  tmpfs: pages(it.tmpfs),
  tmpfsSwap: pages(it.tmpfsSwap),
  slab: pages(it.slab),
});

export const foundProcess = (it: ProcessMemoryInFile): FoundProcess => ({
  anon: pages(it.anon),
  file: pages(it.file),
  shmem: pages(it.shmem),
  swap: pages(it.swap),
  tables: pages(it.tables),
  virtual: pages(it.virtual),
  ...(it.parent !== undefined && { parent: it.parent }),
});
