/** A computer before it is switched on. */
import { type Action, RefusalError } from './commands';
import type { FoundCgroup, FoundMemory, FoundZone } from './found/types';
import type { ProcessSpec } from './ops';

export interface CacheLevel {
  name: string;
  bytes: number;
  latencyNs: number;
}

/** Releases a machine can run. */
export const KERNELS = ['6.12', '6.1'] as const;
export type KernelName = (typeof KERNELS)[number];

export type SwapDevice = 'ssd' | 'hdd' | 'zram';

/** All that decides how a machine runs, but for the seed and what is done to it from outside. */
export interface MachineConfig {
  title: string;
  /** Bytes. */
  ram: number;
  /** Bytes; 0 = none. */
  swap: number;
  swapDevice: SwapDevice;
  /** zram: how many pages' data fit in one page, on average. */
  compression: number;
  cpus: number;
  /** NUMA nodes: RAM in bytes and cpus of each; empty = one node with all. */
  nodes: { ram: number; cpus: number }[];
  /** SLIT distances by node and node; empty = 10 and 20. */
  distances: number[][];
  /** Cpusets: name, and nodes with memory for it as a bit mask. */
  cpusets: { name: string; mems: number }[];
  kernel: KernelName;
  /** By whose rules the OOM killer goes: a name of linux/versions/oom_rules; 'kernel' = its own. */
  oomRules: string;
  thp: 'always' | 'madvise' | 'never';
  /** Written at boot, in this order. */
  sysctl: { name: string; value: string }[];
  /** Control groups made at boot, in this order, and what is written to their files. */
  cgroups: { path: string; settings: { file: string; value: string }[] }[];
  caches: CacheLevel[];
  processes: ProcessSpec[];
  /** The machine begins in the middle of its life, with this in its memory; absent = it boots. */
  found?: { zones: FoundZone[]; memory: FoundMemory; cgroups?: FoundCgroup[] };
  /** What the scenario does by itself. */
  events: { t: number; action: Action }[];
  /** ns after which a headless run ends. */
  limit: number;
}

export const MIB = 1024 * 1024;
export const GIB = 1024 * MIB;
/** Below this the kernel's own memory leaves nothing for programs. */
export const MIN_RAM = 64 * MIB;
/** Above this the state no longer fits a page's memory. */
export const MAX_RAM = 64 * GIB;
export const MAX_CPUS = 32;
/** Zones are numbered with four bits. */
export const MAX_NODES = 4;
/** A node with less leaves nothing for programs. */
export const MIN_NODE_RAM = 32 * MIB;
export const MAX_SWAP = 64 * GIB;
/** Typical of zram with programs' data. */
export const DEFAULT_COMPRESSION = 3;

/** Data caches of a small server core: sizes and load-to-use latencies are of the usual order (Hennessy & Patterson). */
export const DEFAULT_CACHES: readonly CacheLevel[] = [
  { name: 'L1', bytes: 32 * 1024, latencyNs: 1 },
  { name: 'L2', bytes: MIB, latencyNs: 4 },
  { name: 'L3', bytes: 8 * MIB, latencyNs: 40 },
];

/**
 * @throws {RefusalError} when the machine is one that cannot be modelled
 */
export function checkConfig(c: MachineConfig): void {
  if (c.ram < MIN_RAM) throw new RefusalError('ram-too-small', { got: c.ram, min: MIN_RAM });
  if (c.ram > MAX_RAM) throw new RefusalError('ram-too-large', { got: c.ram, max: MAX_RAM });
  if (c.swap > MAX_SWAP) throw new RefusalError('swap-too-large', { got: c.swap, max: MAX_SWAP });
  if (!Number.isInteger(c.cpus) || c.cpus < 1 || c.cpus > MAX_CPUS) {
    throw new RefusalError('bad-cpus', { got: c.cpus, max: MAX_CPUS });
  }
  if (c.nodes.length > 0) checkNodes(c);
}

function checkNodes(c: MachineConfig): void {
  const sum = (of: (n: MachineConfig['nodes'][number]) => number): number => c.nodes.reduce((n, it) => n + of(it), 0);
  if (c.nodes.length > MAX_NODES) throw new RefusalError('too-many-nodes', { got: c.nodes.length, max: MAX_NODES });
  c.nodes.forEach(({ ram }, node) => {
    if (ram < MIN_NODE_RAM) throw new RefusalError('node-too-small', { node, got: ram, min: MIN_NODE_RAM });
  });
  const ram = sum((n) => n.ram);
  if (ram !== c.ram) throw new RefusalError('nodes-ram', { got: ram, ram: c.ram });
  const cpus = sum((n) => n.cpus);
  if (cpus !== c.cpus) throw new RefusalError('nodes-cpus', { got: cpus, cpus: c.cpus });
  if (
    c.distances.length > 0 &&
    (c.distances.length !== c.nodes.length || c.distances.some((row) => row.length !== c.nodes.length))
  ) {
    throw new RefusalError('bad-distances', { nodes: c.nodes.length });
  }
}
