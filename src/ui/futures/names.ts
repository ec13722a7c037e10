import { useShown } from '../../store';
import type { ProcFrame } from '../../worker/protocol';

const NO_PROCS: ProcFrame[] = [];

/** Names of processes by pid, as far as the present frame knows them. */
export function useNames(): (pid: number) => string {
  const procs = useShown((f) => f.procs, NO_PROCS);
  return (pid) => procs.find((p) => p.pid === pid)?.comm ?? String(pid);
}
