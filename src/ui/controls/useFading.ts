import { useSelection } from '../../store';

/** Whether a mark of a process fades: another process is pointed at. */
export function useFading(): (pid: number) => boolean {
  const pointed = useSelection((s) => s.hoveredPid);
  return (pid) => pointed !== null && pointed !== pid;
}
