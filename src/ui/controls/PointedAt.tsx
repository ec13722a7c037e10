import type { ReactNode } from 'react';
import { usePointingAt } from './usePointing';

/** An item of a list that stands for a process: pointed at, it fades what has nothing to do with it. */
export function PointedAt({ pid, children }: { pid: number; children: ReactNode }) {
  const { enter, leave } = usePointingAt(pid);
  return (
    <li onPointerEnter={enter} onPointerLeave={leave}>
      {children}
    </li>
  );
}
