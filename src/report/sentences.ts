/** A report's conclusions in the words of the command line, for the page and for Markdown. */
import { pmWords } from '../i18n/en-postmortem';
import { sizeText, reportWords as w } from '../i18n/en-report';
import type { ReportDocument } from './document';
import type { StoryEvent } from './types';
import { fullOf } from './verdictText';
import { chosenWith, questionOfDocument } from './whatIf';
import type { ZoneVerdict } from './zones';

export { verdictOf } from './verdictText';

const sizeOf = (r: ReportDocument, pages: number): string => sizeText((pages * r.pageSize) / 1024);
const nameOf = (p: { comm: string; pid: number }): string => `${p.comm} (${p.pid})`;
const integers = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const int = (x: number): string => integers.format(x).replace('-', '−');

/** The group whose limit was hit, or how much of swap was left. */
function limitsOf(r: ReportDocument): string {
  const limit = r.cgroup?.memory?.limitKb;
  if (r.memcg !== null) return limit == null ? '' : pmWords.fullCgroup(r.memcg, sizeText(limit));
  return fullOf(r) === 'swap-left' ? pmWords.swapLeft(sizeText(r.swap.freeKb ?? 0)) : '';
}

/** What the victim held. */
function heldOf(r: ReportDocument): string {
  const row = r.tasks.find((t) => t.pid === r.victim?.pid);
  if (!row) {
    // Where there is no table, the line of the kill says it.
    const kill = r.kills.find((k) => k.pid === r.victim?.pid);
    if (!kill || kill.anonKb === null) return '';
    return pmWords.held(sizeText(kill.anonKb + (kill.fileKb ?? 0) + (kill.shmemKb ?? 0)), '', null);
  }
  const pages = row.rss + (row.swapents ?? 0);
  // Where "pages RAM" cannot be right, the zones are believed.
  const all = r.memcg === null && r.memory ? r.memory.totalPages + (r.swapPages ?? 0) : r.totalPages;
  const share = all ? Math.round((100 * pages) / all) : 0;
  // What others are charged for too may be more than all of a cgroup's.
  const told = share >= 1 && share <= 100 ? share : null;
  return pmWords.held(sizeOf(r, row.rss), row.swapents ? sizeOf(r, row.swapents) : '', told);
}

/** Who asked, and whom the rules name where that is another. */
export function detailsOf(r: ReportDocument): string[] {
  const out = [`${heldOf(r)} ${limitsOf(r)}`.trim()].filter((x) => x !== '');
  if (r.agrees === false && r.predicted && r.predicted.points !== null && !r.reasonCode.startsWith('allocating')) {
    out.push(`${w.expected(r.predicted.comm, r.predicted.pid, r.predicted.points)}.`);
  }
  if (r.invoker && r.order !== -1) out.push(askedOf(r, r.invoker));
  return out;
}

function askedOf(r: ReportDocument, { comm, pid }: NonNullable<ReportDocument['invoker']>): string {
  const flags = r.gfp?.flags.join('|') || w.noFlags;
  const what =
    r.order === null ? w.someMemory : r.order === 0 ? w.onePage(flags) : w.pages(2 ** r.order, r.order, flags);
  const name = pid === undefined ? comm : nameOf({ comm, pid });
  if (r.invokerIs === 'thread') return w.askedByThread(name, what);
  return r.invokerIs === 'victim' ? w.askedItself(what) : w.asked(name, what);
}

/** Whether our computation and the kernel agree: never left out. */
export function agreementOf(r: ReportDocument): string {
  if (r.agrees === null) return `${pmWords.unknownLine}: ${r.reason}.`;
  if (!r.agrees && r.predicted && r.victim)
    return `${pmWords.differsLine(nameOf(r.predicted), nameOf(r.victim))}: ${r.reason}.`;
  if (r.agrees && r.victim && r.predicted && r.predicted.pid === r.victim.pid) {
    return `${pmWords.agreesLine(nameOf(r.victim))}: ${r.reason}.`;
  }
  return `${r.agrees ? pmWords.agreesOther : pmWords.unknownLine}: ${r.reason}.`;
}

/** What would have saved the victim, or why that is not said. */
export function savedOf(r: ReportDocument): string {
  if (r.savedBy) {
    const { oom_score_adj, nextVictim } = r.savedBy;
    return w.saved(oom_score_adj, nextVictim.comm, nextVictim.pid, r.totalExact);
  }
  if (r.reasonCode.startsWith('allocating-task')) return pmWords.notSavedAllocating;
  if (r.reasonCode === 'highest-any-total') return pmWords.notSavedTotal;
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
  return `${left} ${z.code === 'refused' ? '≤' : '>'} ${int(z.min)} ${pmWords.min}${z.reserveKnown ? ` + ${int(z.reserve)} ${pmWords.reserve}` : ''}`;
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
  if (marks.predicted && !marks.victim) words.push(pmWords.predicted);
  if (marks.asked) words.push(pmWords.asked);
  if (words.length > 0) return words.join(', ');
  if (task.points !== null) return '';
  return task.oom_score_adj === -1000 ? pmWords.exempt : task.pid === 1 ? pmWords.init : pmWords.unranked;
}

/** Why it ran out. Where the zones are listed with their test, what that says is not said twice. */
export function causesOf(r: ReportDocument): string[] {
  return r.why.filter((x) => x.code !== 'zone-refused' && x.code !== 'zones-refused').map((x) => x.text);
}

/** What more swap or a higher limit would have done, in whole sentences. */
export function moreTextOf(r: ReportDocument): string {
  const { of, code, missing, zone, changesAt } = r.more;
  if (code !== 'enough' || missing === null) {
    return (of === 'limit' ? pmWords.limitCodes[code] : undefined) ?? pmWords.moreCodes[code] ?? code;
  }
  const change = changesAt
    ? pmWords.changesAt(
        of,
        sizeOf(r, changesAt.pages),
        changesAt.dies.comm,
        changesAt.dies.pid,
        r.tasks.some((t) => t.oom_score_adj !== 0 && t.oom_score_adj !== -1000),
      )
    : r.ranking
      ? pmWords.neverChanges
      : '';
  return [pmWords.missing(of, missing, sizeOf(r, missing), zone ?? ''), change].filter((x) => x !== '').join(' ');
}

/** What so much more would have done: half a sentence. kB. */
export function moreOutcomeOf(r: ReportDocument, kb: number): string {
  const pages = Math.floor((kb * 1024) / r.pageSize);
  if (pages === 0) return pmWords.nothingMore;
  const { missing } = r.more;
  if (missing !== null && pages < missing) return pmWords.tooLittle(missing - pages);
  const question = questionOfDocument(r);
  const next = question && chosenWith(question, pages);
  return pmWords.served(next?.comm ?? null, next?.pid ?? null, next?.pid === r.victim?.pid);
}

const duration = (seconds: number): string =>
  seconds < 60
    ? `${seconds.toFixed(1)} s`
    : seconds < 3600
      ? `${Math.round(seconds / 60)} min`
      : seconds < 172_800
        ? `${(seconds / 3600).toFixed(1)} h`
        : `${Math.round(seconds / 86_400)} days`;

/** Whether a kill helped, and who grew until the next. */
export function storyLineOf(e: StoryEvent, pageSize = 4096): string {
  const out: string[] = [];
  if (e.quietSeconds !== null) {
    out.push(e.helped ? pmWords.helpedFor(duration(e.quietSeconds)) : pmWords.notHelped(duration(e.quietSeconds)));
  } else out.push(e.last ? pmWords.lastKill : pmWords.helpUnknown);
  if (e.grew) {
    out.push(pmWords.grew(e.grew.comm, e.grew.pid, sizeText((e.grew.pages * pageSize) / 1024), e.grew.isNew));
  }
  return out.join('; ');
}
