/** What PID 1 reads when it takes a sample. */
import { oomScore, pidStatus, readProcFile } from '../../linux/fs/proc';
import type { Kernel } from '../../linux/include/kernel';
import { findTask } from '../../linux/kernel/sched/core';
import { zonePcpCount } from '../../linux/mm/page_alloc';
import type { Guest } from './guest';
import type { ReplayProc, ReplaySample } from './output';

/** `Name: 123 kB` lines, or `name 123`. */
function numbers(text: string): Record<string, number> {
  const out: Record<string, number> = {};
  for (const m of text.matchAll(/^([^\s:]+):?[ \t]+(-?\d+)/gm)) out[m[1]] = Number(m[2]);
  return out;
}

function sampleProc(k: Kernel, pid: number, comm: string): ReplayProc | null {
  const task = findTask(k, pid);
  const status = task && pidStatus(k, pid);
  if (!status) return null;
  const v = numbers(status);
  // A zombie has no memory lines; the guest program reads -1 for them.
  const kb = (name: string): number => v[name] ?? -1;
  return {
    comm,
    VmSize: kb('VmSize'),
    VmRSS: kb('VmRSS'),
    RssAnon: kb('RssAnon'),
    RssFile: kb('RssFile'),
    RssShmem: kb('RssShmem'),
    VmPTE: kb('VmPTE'),
    VmSwap: kb('VmSwap'),
    VmLck: kb('VmLck'),
    oom_score: oomScore(k, pid),
    oom_score_adj: task.oomScoreAdj,
  };
}

/** meminfo in kB, vmstat, and all processes PID 1 holds for alive, itself first. */
export function takeSample(g: Guest, label: string): ReplaySample {
  const { k } = g;
  const rows = [{ pid: 1, name: 'init' }, ...g.procs.filter((p) => p.alive)];
  return {
    label,
    zones: Object.fromEntries(
      k.zones.map((z) => [
        `${z.node}/${z.name}`,
        { free: z.free, boost: z.boost, pcp_count: zonePcpCount(z), pcp_high: z.pcp[0].high },
      ]),
    ),
    meminfo: numbers(readProcFile(k, '/proc/meminfo') ?? ''),
    vmstat: numbers(readProcFile(k, '/proc/vmstat') ?? ''),
    procs: rows.map((p) => sampleProc(k, p.pid, p.name)).filter((p) => p !== null),
  };
}
