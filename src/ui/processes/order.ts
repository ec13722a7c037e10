/** In which order, and as what, processes stand in the list. */
import type { ProcFrame } from '../../worker/protocol';
import { held } from '../controls/MemoryBar';

/**
 * full: a row with bar and slider. dying: on its way out, memory not free yet. exempt: one line with the reason.
 * gone: one line, struck through.
 */
export type RowKind = 'full' | 'dying' | 'exempt' | 'gone';

export function rowKind(p: ProcFrame): RowKind {
  if (p.state === 'killed' || p.state === 'exited') return 'gone';
  if (p.state === 'exiting' || p.killedAt >= 0) return 'dying';
  if (p.points === null) return 'exempt';
  return 'full';
}

const RANK: Record<RowKind, number> = { full: 0, dying: 0, gone: 1, exempt: 2 };

/** Points where there are any: what it holds where it is dying. */
const weight = (p: ProcFrame): number => p.points ?? held(p);

/** Victims that still hold memory, then by badness, of equals the later one as the kernel chooses; then the dead, latest first, then those that are never chosen. Kernel threads are left out. */
export function orderProcesses(procs: readonly ProcFrame[], victims: readonly number[] = []): ProcFrame[] {
  // However little it holds: it is what has just happened.
  const rankOf = (p: ProcFrame): number => (rowKind(p) === 'dying' && victims.includes(p.pid) ? -1 : RANK[rowKind(p)]);
  return procs
    .filter((p) => p.never !== 'kthread')
    .sort((a, b) => {
      const rank = rankOf(a) - rankOf(b);
      if (rank !== 0) return rank;
      if (rowKind(a) === 'gone') return b.killedAt - a.killedAt || b.pid - a.pid;
      if (rowKind(a) === 'exempt') return b.pid - a.pid;
      return weight(b) - weight(a) || b.pid - a.pid;
    });
}

/** Keeps the rows where they were while somebody has one in hand; newcomers go to the end. */
export function keepOrder(procs: readonly ProcFrame[], before: readonly number[]): ProcFrame[] {
  const place = new Map(before.map((pid, i) => [pid, i]));
  return [...procs].sort((a, b) => (place.get(a.pid) ?? 1e9) - (place.get(b.pid) ?? 1e9));
}

/** Pages that a full bar stands for: the largest holder, but never so few that idle processes look large. */
export function barScale(procs: readonly ProcFrame[], totalpages: number): number {
  let most = Math.max(1, Math.round(totalpages / 8));
  for (const p of procs) if (p.state !== 'killed' && p.state !== 'exited') most = Math.max(most, held(p));
  return most;
}
