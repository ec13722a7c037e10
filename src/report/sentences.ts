/** A report's conclusions in the words of the command line, for the page and for Markdown. */
import { pmWords } from '../i18n/en-postmortem';
import { reportWords as w } from '../i18n/en-report';
import type { ReportDocument } from './document';
import type { ZoneVerdict } from './zones';

const nameOf = (p: { comm: string; pid: number }): string => `${p.comm} (${p.pid})`;
const integers = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const int = (x: number): string => integers.format(x).replace('-', '−');

/** The verdict in two parts: who, and why that one. */
export function verdictOf(r: ReportDocument): { who: string; why: string } {
  const how = r.agrees === null ? w.unknown : r.agrees ? w.agrees : w.differs;
  return { who: r.victim ? w.killed(r.victim.comm, r.victim.pid) : w.nobody, why: `, ${how} ${r.reason}.` };
}

/** Who asked, and whom the rules name where that is another. */
export function detailsOf(r: ReportDocument): string[] {
  const out: string[] = [];
  if (r.agrees === false && r.predicted) {
    out.push(`${w.expected(r.predicted.comm, r.predicted.pid, String(r.predicted.points))}.`);
  }
  if (r.invoker) {
    out.push(`${w.asked(r.invoker.comm, String(r.order ?? '?'), r.gfp?.flags.join('|') || w.noFlags)}.`);
  }
  return out;
}

/** Whether our computation and the kernel agree: never left out. */
export function agreementOf(r: ReportDocument): string {
  if (r.agrees === null) return `${pmWords.unknownLine}: ${r.reason}.`;
  if (!r.agrees && r.predicted && r.victim)
    return `${pmWords.differsLine(nameOf(r.predicted), nameOf(r.victim))}: ${r.reason}.`;
  if (r.agrees && r.victim && r.predicted && r.predicted.pid === r.victim.pid) {
    // The plain case needs no reason beside the verdict's own.
    const because = r.reasonCode === 'highest-score' ? '' : `: ${r.reason}`;
    return `${pmWords.agreesLine(nameOf(r.victim))}${because}.`;
  }
  return `${r.agrees ? pmWords.agreesOther : pmWords.unknownLine}: ${r.reason}.`;
}

/** What would have saved the victim, or why that is not said. */
export function savedOf(r: ReportDocument): string {
  if (r.savedBy) return w.saved(r.savedBy.oom_score_adj, r.savedBy.nextVictim.comm, r.savedBy.nextVictim.pid);
  if (r.reasonCode === 'allocating-task') return pmWords.notSavedAllocating;
  return r.agrees === true && r.victim ? pmWords.notSaved : pmWords.notComputed;
}

/** The inequality of a zone, in pages; '' where it was not put to the test. */
export function inequalityOf(z: ZoneVerdict, order: number): string {
  if (z.min === null || z.code === 'not-for-it' || z.code === 'unknown') return '';
  const block = 2 ** Math.max(0, order) - 1;
  const left = [
    `${int(z.free)} ${pmWords.free}`,
    ...(z.cma > 0 ? [`${int(z.cma)} ${pmWords.cma}`] : []),
    ...(block > 0 ? [`${int(block)} ${pmWords.orderPages}`] : []),
  ].join(' − ');
  return `${left} ${z.code === 'refused' ? '≤' : '>'} ${int(z.min)} ${pmWords.min} + ${int(z.reserve)} ${pmWords.reserve}`;
}

/** The tasks, highest points first; those that cannot be ranked last. */
export function rankedTasks(r: ReportDocument): ReportDocument['tasks'] {
  return [...r.tasks].sort(
    (a, b) => (b.points ?? Number.NEGATIVE_INFINITY) - (a.points ?? Number.NEGATIVE_INFINITY) || 0,
  );
}

export interface TaskMarks {
  victim: boolean;
  predicted: boolean;
  asked: boolean;
}

export function marksOf(r: ReportDocument, pid: number): TaskMarks {
  return {
    victim: r.victim?.pid === pid || r.kills.some((k) => k.pid === pid),
    predicted: r.predicted?.pid === pid,
    asked: r.invoker?.pid === pid,
  };
}

/** What the last column of the table says of a task. */
export function markText(task: ReportDocument['tasks'][number], marks: TaskMarks): string {
  const words: string[] = [];
  if (marks.victim) words.push(pmWords.killed);
  if (marks.predicted) words.push(marks.victim ? pmWords.predictedToo : pmWords.predicted);
  if (marks.asked) words.push(pmWords.asked);
  if (words.length > 0) return words.join(', ');
  if (task.points !== null) return '';
  return task.oom_score_adj === -1000 ? pmWords.exempt : task.pid === 1 ? pmWords.init : pmWords.unranked;
}

/** Why it ran out. Where the zones are listed with their test, what that says is not said twice. */
export function causesOf(r: ReportDocument): string[] {
  return r.why.filter((x) => x.code !== 'zone-refused').map((x) => x.text);
}
