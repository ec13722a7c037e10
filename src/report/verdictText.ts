/** The first sentence: who was killed, because of what, and why that one; computed from the same numbers as all the rest. */
import { verdictWords as w } from '../i18n/en-verdict';
import type { ReportDocument } from './document';

type Task = ReportDocument['tasks'][number];

const nameOf = (p: { comm: string; pid: number }): string => `${p.comm} (${p.pid})`;
const sizeOf = (t: Task): number => t.rss + (t.swapents ?? 0);

type Full = keyof typeof w.full;

/** What was full, by the report's numbers. */
export function fullOf(r: ReportDocument): Full {
  if (r.order === -1) return 'ordered';
  const usage = r.cgroup?.memory;
  if (r.memcg !== null || r.constraint === 'CONSTRAINT_MEMCG') {
    return usage && usage.limitKb === null ? 'cgroup-no-limit' : 'cgroup';
  }
  if (r.why.some((x) => x.code === 'no-usable-zone')) return 'no-zone';
  if (r.constraint !== 'CONSTRAINT_NONE') return 'nodes';
  const usable = r.zones.filter((z) => z.code !== 'not-for-it' && z.code !== 'unknown');
  if (usable.some((z) => z.code === 'no-block') && usable.every((z) => z.code !== 'allowed')) return 'no-block';
  if (usable.length === 0 || usable.some((z) => z.code !== 'refused')) return 'unknown';
  if (r.why.some((x) => x.code === 'lowmem')) return 'lowmem';
  if (r.why.some((x) => x.code === 'movable-free')) return 'not-movable';
  const { totalKb, freeKb } = r.swap;
  if (totalKb === null || freeKb === null) return 'ram';
  if (totalKb === 0) return 'no-swap';
  return freeKb * 50 < totalKb ? 'both' : 'swap-left';
}

/** Why the rules name the victim: its size, its oom_score_adj, or that there is nobody else. */
function becauseOf(r: ReportDocument, full: Full): string {
  if (r.reasonCode === 'allocating-task') return w.asked;
  const mine = r.tasks.find((t) => t.pid === r.victim?.pid);
  if (!mine) return w.highest;
  // Without a total nobody has points: then only who is exempt is left out.
  const ranked = (t: Task): boolean =>
    r.reasonCode === 'highest-any-total' ? t.oom_score_adj !== -1000 && t.pid !== 1 : t.points !== null;
  const others = r.tasks.filter((t) => t !== mine && ranked(t));
  if (others.length === 0) return w.only;
  const larger = others.filter((t) => sizeOf(t) > sizeOf(mine)).sort((a, b) => sizeOf(b) - sizeOf(a));
  if (larger.length === 0) {
    if (others.some((t) => sizeOf(t) === sizeOf(mine))) return w.highest;
    return full === 'cgroup' ? w.largestOfGroup : w.largest(full === 'both');
  }
  if (mine.oom_score_adj > 0 && larger.every((t) => t.oom_score_adj < mine.oom_score_adj))
    return w.adj(mine.oom_score_adj);
  const [first] = larger;
  if (first.oom_score_adj < 0 && first.oom_score_adj < mine.oom_score_adj) {
    return w.spared(nameOf({ comm: first.name, pid: first.pid }), first.oom_score_adj);
  }
  return w.highest;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const listOf = (clauses: readonly string[]): string =>
  clauses.length < 3 ? clauses.join(' and ') : `${clauses.slice(0, -1).join(', ')}, and ${clauses[clauses.length - 1]}`;

/** Reasons that say why the table cannot be ranked, and nothing of why there is no victim. */
const OF_THE_TABLE = new Set(['no-table', 'table-cut', 'rows-missing', 'old-rules', 'total-unknown', 'no-victim']);
const NOBODY_THERE = new Set(['panic-all-reaped', 'empty-table', 'none-killable']);
/** The rules name somebody among those that are left, which says nothing. */
const NOT_THERE = new Set(['not-in-table', 'rows-lost']);

function nobodyOf(r: ReportDocument): { who: string; why: string } {
  const full = fullOf(r);
  const because = listOf(full === 'cgroup' ? w.fullCgroup : w.full[full]);
  if (r.panic !== null || NOBODY_THERE.has(r.reasonCode)) {
    if (r.panic === null) return { who: w.nobody, why: `: ${because}, and ${w.nobodyKillable}.` };
    return { who: w.nobody, why: `: ${w.panicked} because ${because}.` };
  }
  const why = OF_THE_TABLE.has(r.reasonCode) ? w.noKillLine : r.reason;
  return { who: w.unnamed, why: `: ${why}. ${capital(because)}.` };
}

/** The verdict in two parts: who, and why that one. Why the rules and the kernel differ is said elsewhere. */
export function verdictOf(r: ReportDocument): { who: string; why: string } {
  if (!r.victim) return nobodyOf(r);
  // A kernel may choose a process and kill a child of it, or nobody: only the line of a kill says who died.
  const chosen = r.victimFrom === 'selected' || r.victimFrom === 'summary';
  const who = (chosen ? w.chosen : w.killed)(nameOf(r.victim));
  const full = fullOf(r);
  const because = (...more: string[]): string => ` because ${listOf([...w.full[full], ...more])}.`;
  if (r.agrees) return { who, why: because(becauseOf(r, full)) };
  if (r.agrees === false && r.reasonCode === 'child-sacrificed' && r.selected) {
    return { who, why: because(w.child(nameOf(r.selected))) };
  }
  if (r.reasonCode === 'allocating-task-child' && r.selected) {
    return { who, why: because(w.childOfAsker(nameOf(r.selected))) };
  }
  if (r.victimFrom === 'kill' && r.selected && r.selected.pid !== r.victim.pid && r.agrees === null) {
    return { who, why: because(w.childOfChosen(nameOf(r.selected))) };
  }
  const doubt = r.agrees === false && r.predicted && !NOT_THERE.has(r.reasonCode);
  const then = doubt && r.predicted ? w.other(nameOf(r.predicted)) : w.unchecked;
  return { who, why: `${because()} ${then}.` };
}
