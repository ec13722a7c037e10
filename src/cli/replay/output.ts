/** The document that `replay` prints: `oomlab/replay@1`. */
import type { OomRecord } from '../../linux/include/kernel';
import type { WatermarkAnswer } from './table';

/** Pages. */
export interface ReplayZone {
  min: number;
  low: number;
  high: number;
  promo?: number;
  protection: number[];
}
export interface ReplayKill {
  comm: string;
  points: number;
  constraint: string;
  invoker: string;
  /** Those that died with it (memory.oom.group). */
  group?: string[];
}
/** Pages; `pgtables_bytes` in bytes. */
export interface ReplayTask {
  comm: string;
  total_vm: number;
  rss: number;
  rss_anon: number;
  rss_file: number;
  rss_shmem: number;
  pgtables_bytes: number;
  swapents: number;
  oom_score_adj: number;
}
export interface ReplayOom {
  free?: number;
  free_pcp?: number;
  active_anon?: number;
  inactive_anon?: number;
  active_file?: number;
  inactive_file?: number;
  shmem?: number;
  slab_reclaimable?: number;
  pagetables?: number;
  swapFree?: number;
  tasks: ReplayTask[];
  lines: string[];
}
/** kB, but for the scores. */
export interface ReplayProc {
  comm: string;
  VmSize: number;
  VmRSS: number;
  RssAnon: number;
  RssFile: number;
  RssShmem: number;
  VmPTE: number;
  VmSwap: number;
  VmLck: number;
  oom_score: number;
  oom_score_adj: number;
}
/** A zone at a sample: pages; `pcp_count` over all cpus, `pcp_high` of the first. */
export interface SampleZone {
  free: number;
  boost: number;
  pcp_count: number;
  pcp_high: number;
}
export interface ReplaySample {
  label: string;
  zones: Record<string, SampleZone>;
  meminfo: Record<string, number>;
  vmstat: Record<string, number>;
  procs: ReplayProc[];
}
export type ReplayResult =
  | { op: 'steps'; worker: string; done: number; deaths: number }
  | { op: 'ack'; worker: string; command: string; reply: string }
  | { op: 'set'; path: string; value: string; errno: number };

export interface ReplayDocument {
  format: 'oomlab/replay@1';
  name: string;
  supported: boolean;
  why?: string;
  boots?: WatermarkAnswer[];
  zones?: Record<string, ReplayZone>;
  totalreserve?: number;
  kills?: ReplayKill[];
  panic?: string;
  oom?: ReplayOom[];
  samples?: ReplaySample[];
  results?: ReplayResult[];
}

/** A report of the kernel, in the recording's names. */
export function oomReport(r: OomRecord, lines: string[]): ReplayOom {
  const m = r.mem;
  return {
    ...(m && {
      free: m.free,
      free_pcp: m.freePcp,
      active_anon: m.activeAnon,
      inactive_anon: m.inactiveAnon,
      active_file: m.activeFile,
      inactive_file: m.inactiveFile,
      shmem: m.shmem,
      slab_reclaimable: m.slabReclaimable,
      pagetables: m.pagetables,
      swapFree: m.swapFree,
    }),
    tasks: (r.tasks ?? []).map((t) => ({
      comm: t.comm,
      total_vm: t.totalVm,
      rss: t.rss,
      rss_anon: t.rssAnon,
      rss_file: t.rssFile,
      rss_shmem: t.rssShmem,
      pgtables_bytes: t.pgtablesBytes,
      swapents: t.swapents,
      oom_score_adj: t.oomScoreAdj,
    })),
    lines,
  };
}
