/** The choice gone through once more on its record, with another oom_score_adj. §10.5. */
import type { OomCandidate, OomRecord } from '../../include/kernel';
import {
  type BadnessFacts,
  badnessOf,
  OOM_SCORE_ADJ_MAX,
  OOM_SCORE_ADJ_MIN,
  UNKILLABLE as OOM_UNKILLABLE,
  replaces,
} from '../../versions/badness';
import { rulesOf } from '../../versions/oom_rules';

/** Nobody: the kernel would panic. */
export const NOBODY = -1;

/** What a candidate's points are made of, with another adj if one is given. */
export const factsOf = (c: OomCandidate, adj = c.oomScoreAdj): BadnessFacts => ({
  rss: c.rss,
  swapents: c.swap,
  tables: c.pgtables,
  adj,
  admin: c.admin === true,
  history: c.history,
});

/** Points that a candidate of the record would have had with this adj; -Infinity where nothing could have made it one. */
export function pointsWith(record: OomRecord, c: OomCandidate, adj: number): number {
  if (adj === OOM_SCORE_ADJ_MIN) return OOM_UNKILLABLE;
  // Only its adj kept it out: its terms were taken all the same.
  if (c.skip !== '' && c.skip !== 'oom_score_adj') return OOM_UNKILLABLE;
  return badnessOf(rulesOf(record).badness, factsOf(c, adj), record.totalpages);
}

/** pid that would have been chosen if the process had had this adj; NOBODY when none could be. */
export function chosenWith(record: OomRecord, pid: number, adj: number): number {
  let chosen = NOBODY;
  let most = Number.NEGATIVE_INFINITY;
  const era = rulesOf(record).badness;
  for (const c of record.walk) {
    const points = c.pid === pid ? pointsWith(record, c, adj) : c.skip === '' ? c.points : OOM_UNKILLABLE;
    if (!replaces(era, points, most)) continue;
    chosen = c.pid;
    most = points;
  }
  return chosen;
}

/** A stretch of oom_score_adj, ends included, in which the same process dies. */
export interface VictimStretch {
  from: number;
  to: number;
  dies: number;
}

/** Who dies for each oom_score_adj of a process, from -1000 to 1000. */
export function victimStrip(record: OomRecord, pid: number): VictimStretch[] {
  const strip: VictimStretch[] = [];
  for (let adj = OOM_SCORE_ADJ_MIN; adj <= OOM_SCORE_ADJ_MAX; adj++) {
    const dies = chosenWith(record, pid, adj);
    const last = strip[strip.length - 1];
    if (last?.dies === dies) last.to = adj;
    else strip.push({ from: adj, to: adj, dies });
  }
  return strip;
}
