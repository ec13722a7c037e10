/** The machine that was open before the present one, as it was left: opening another loses nothing. */
import { createStore } from 'zustand/vanilla';
import type { Session } from '../scenario/schema';
import type { Futures } from '../worker/protocol';

export interface Left {
  title: string;
  session: Session;
  /** Id of the built-in scenario, '' for a file or a link. */
  scenario: string;
  /** Where the head stood, ns. */
  t: number;
  /** Its futures, where there is more than one. */
  futures?: Futures;
}

export const leftStore = createStore<{ left: Left | null }>(() => ({ left: null }));
