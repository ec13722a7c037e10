/** Two machines side by side, as far as they have been computed. Not in the index: only their screen loads it. */
import { createStore } from 'zustand/vanilla';
import type { Frame, KillReport, Sample } from '../worker/protocol';

export interface SideState {
  /** Which machine it is: "branch:1" or "scenario:leaky-server". */
  source: string;
  frame: Frame | null;
  samples: Sample[];
  kills: KillReport[];
  /** Why its worker died, '' = it lives. */
  fatal: string;
}

export interface CompareState {
  sides: [SideState, SideState];
  /** The moment both are at, ns. */
  t: number;
  running: boolean;
  /** Virtual seconds a real second. */
  speed: number;
}

export const EMPTY_SIDE: SideState = { source: '', frame: null, samples: [], kills: [], fatal: '' };

export const compareStore = createStore<CompareState>(() => ({
  sides: [EMPTY_SIDE, EMPTY_SIDE],
  t: 0,
  running: false,
  speed: 1,
}));

export type SideIndex = 0 | 1;

/** Whether there are two machines to be led: a dead worker comes back, one that is being opened is not there yet. */
export const bothOpen = (sides: CompareState['sides']): boolean => sides.every((s) => s.frame !== null);

export function setSide(i: SideIndex, part: Partial<SideState>): void {
  compareStore.setState(({ sides }) => {
    const next: CompareState['sides'] = [...sides];
    next[i] = { ...sides[i], ...part };
    return { sides: next };
  });
}
