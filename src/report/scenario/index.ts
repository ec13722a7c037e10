/**
 * The machine of a report, about to run out of memory once more: a scenario in which every task of the table has its
 * memory, and the process that died goes on growing.
 */
import type { Scenario } from '../../scenario/schema';
import type { Explained } from '../explain';
import type { Note } from '../why';
import { rebuildCgroup } from './cgroup';
import { rebuildMachine } from './machine';
import { isOfCgroup, whyNotRebuilt } from './rebuildable';

export type Rebuilt = { ok: true; scenario: Scenario; notes: Note[] } | { ok: false; why: Note };

/** Builds the scenario, or says why not. */
export function rebuild(e: Explained): Rebuilt {
  const why = whyNotRebuilt(e);
  if (why) return { ok: false, why };
  return isOfCgroup(e) ? rebuildCgroup(e) : rebuildMachine(e);
}
