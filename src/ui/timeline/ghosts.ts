/** The other futures as the timeline shows them. */
import type { RunState } from '../../store';
import type { Ghost } from '../../worker/protocol';
import type { LaneGhost } from './drawLanes';

/** Each with its number in the list of futures. */
export const namedGhosts = ({ ghosts, branches }: Pick<RunState, 'ghosts' | 'branches'>): LaneGhost[] =>
  ghosts.map((ghost) => ({ ...ghost, name: String(branches.findIndex((b) => b.id === ghost.id) + 1) }));

/** What a list of a ghost holds at a moment; null where it is not known, or not another than the open one yet. */
export function ghostAt({ t }: Ghost, values: readonly number[], at: number): number | null {
  if (t.length === 0 || at < t[0] || at > t[t.length - 1]) return null;
  const next = t.findIndex((it) => it > at);
  return values[next < 0 ? t.length - 1 : next - 1];
}
