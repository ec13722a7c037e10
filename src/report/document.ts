/** The post-mortem as the command line prints it: one JSON document, or a text to read. */

import { cannotRebuild, rebuildNote } from '../i18n/en-rebuild';
import { noteText, partNames, reasonText, reportWords, sizeText, warningText } from '../i18n/en-report';
import type { Explained, PostMortem } from './explain';
import { invokerIs } from './invoker';
import { rebuild } from './scenario';
import { agreementOf, detailsOf, moreTextOf, savedOf, storyLineOf, verdictOf } from './sentences';
import { isRanked } from './verdict';
import { changesAt, moreMemory, questionOf, rankingOf } from './whatIf';

const finite = (x: number): number | null => (Number.isFinite(x) ? x : null);
const noteOf = (x: { code: string; params: Record<string, string | number> }) => ({
  ...x.params,
  code: x.code,
  text: noteText(x.code, x.params),
});

export const reasonOf = (e: Explained): string => reasonText(e.verdict.code, e.verdict.params);

/** Pages as kB, in this report. */
const kbOf = (e: Explained, pages: number): number => (pages * e.pageSize) / 1024;

/** Whether the lab can have this machine, and what is different about it there, or why not. */
function labOf(e: Explained): { possible: boolean; code: string | null; notes: string[] } {
  const it = rebuild(e);
  if (!it.ok) return { possible: false, code: it.why.code, notes: [cannotRebuild(it.why.code, it.why.params)] };
  return { possible: true, code: null, notes: it.notes.map((x) => rebuildNote(x.code, x.params)) };
}

/** What more swap or a higher limit would have done, and from how much on another one would be chosen. */
function moreOf(e: Explained) {
  const asked = isRanked(e.verdict);
  return { ...moreMemory(e), changesAt: asked ? changesAt(questionOf(e)) : null };
}

function reportDocument(e: Explained) {
  const { raw, verdict: v } = e;
  const { victim } = v;
  const asked = isRanked(v);
  return {
    line: raw.line,
    lastLine: raw.lastLine,
    kernel: e.kernel,
    release: raw.uname,
    host: raw.host === '' ? null : raw.host,
    time: raw.time,
    stamp: raw.stamp,
    era: v.era.name,
    invoker: raw.invoker && {
      comm: raw.invoker.comm,
      ...(raw.invoker.pid !== null && { pid: raw.invoker.pid }),
      oom_score_adj: raw.invoker.adj,
    },
    gfp: e.request && { mask: e.request.mask, flags: e.request.flags, bits: e.request.bits },
    order: raw.order,
    constraint: e.constraint,
    invokerIs: victim && raw.invoker ? invokerIs(raw, victim) : null,
    memcg: e.memcg,
    totalPages: v.totals.totalPages,
    ramPages: v.totals.ramPages,
    swapPages: v.totals.swapPages,
    // false: the total that oom_score_adj is measured by may be another.
    totalExact: v.totals.exact,
    pageSize: e.pageSize,
    tasks: v.tasks.map(({ row, points }, i) => ({
      pid: row.pid,
      tgid: row.tgid,
      uid: row.uid,
      total_vm: row.total_vm,
      rss: row.rss,
      ...(row.rss_anon !== null && { rss_anon: row.rss_anon, rss_file: row.rss_file, rss_shmem: row.rss_shmem }),
      ...(row.nr_ptes !== null && { nr_ptes: row.nr_ptes }),
      ...(row.nr_pmds !== null && { nr_pmds: row.nr_pmds }),
      pgtables_bytes: row.nr_ptes === null ? row.pgtables_bytes : (row.nr_ptes + (row.nr_pmds ?? 0)) * e.pageSize,
      swapents: row.swapents,
      oom_score_adj: row.oom_score_adj,
      name: row.name,
      // null: it may not be killed, or the rules need what the report does not print.
      points: finite(points),
      wouldDieAt: e.wouldDieAt[i] ?? null,
    })),
    victim: victim && { pid: victim.pid, comm: victim.comm },
    victimFrom: victim?.from ?? null,
    selected: raw.selected && { pid: raw.selected.pid, comm: raw.selected.comm, score: raw.selected.score },
    predicted: v.predicted && { pid: v.predicted.pid, comm: v.predicted.comm, points: finite(v.predicted.points) },
    agrees: v.agrees,
    reason: reasonOf(e),
    reasonCode: v.code,
    score: v.score,
    savedBy: e.saved,
    strip: e.strip,
    complete: e.complete,
    warnings: e.warnings.map((w) => warningText(w.code, w.params)),
    warningCodes: e.warnings.map((w) => w.code),
    why: e.why.map(noteOf),
    memory: e.memory,
    zones: e.zones,
    counts: raw.counts,
    swap: { totalKb: raw.totalSwapKb, freeKb: raw.freeSwapKb },
    cgroup: raw.cgroup,
    kills: raw.kills,
    reaped: raw.reaped,
    group: raw.group,
    panic: raw.panic,
    lab: labOf(e),
    more: moreOf(e),
    ranking: asked ? rankingOf(e) : null,
  };
}

export type ReportDocument = ReturnType<typeof reportDocument>;

/** The document of `explain --json`. */
export function explainDocument(p: PostMortem) {
  return { format: 'oomlab/postmortem@1' as const, reports: p.reports.map(reportDocument), story: p.story };
}

const TOP = 5;

function reportText(e: Explained): string[] {
  const { raw, verdict: v } = e;
  const w = reportWords;
  const out = [w.where(raw.line, raw.uname ?? e.kernel)];
  const r = reportDocument(e);
  const { who, why } = verdictOf(r);
  out.push(`  ${who}${why}`);
  for (const x of [...detailsOf(r), agreementOf(r)]) out.push(`  ${x}`);
  for (const x of e.why) out.push(`  ${noteText(x.code, x.params)}`);
  if (e.saved) out.push(`  ${savedOf(r)}`);
  if (v.victim) out.push(`  ${moreTextOf(r)}`);
  if (e.memory) {
    out.push(`  ${w.memory} (${sizeText(kbOf(e, e.memory.totalPages))}):`);
    for (const part of e.memory.parts) {
      out.push(`    ${sizeText(kbOf(e, part.pages)).padStart(12)}  ${partNames[part.code] ?? part.code}`);
    }
  }
  const ranked = v.tasks.filter((t) => Number.isFinite(t.points)).sort((a, b) => b.points - a.points);
  if (ranked.length > 0) {
    out.push(`  ${w.tasks}:`);
    for (const { row, points } of ranked.slice(0, TOP)) {
      out.push(`    ${String(points).padStart(12)}  ${row.name} (${row.pid}), oom_score_adj ${row.oom_score_adj}`);
    }
  }
  if (e.warnings.length > 0)
    out.push(`  ${w.warnings}: ${e.warnings.map((x) => warningText(x.code, x.params)).join('; ')}.`);
  return out;
}

/** The text of `explain` without --json. */
export function explainReadable(p: PostMortem): string {
  const lines = p.reports.flatMap((e, i) => (i > 0 ? ['', ...reportText(e)] : reportText(e)));
  const { events } = p.story;
  // A kill whose report is not in the text is said nowhere else.
  if (events.length > 1 || events.some((k) => k.report === null)) {
    lines.push('', `${reportWords.story}:`);
    for (const k of events) {
      const when = k.time !== null ? `[${k.time.toFixed(6)}] ` : k.stamp !== null ? `${k.stamp} ` : '';
      const freed = k.freedKb === null ? '' : `, ${sizeText(k.freedKb)} of anonymous memory`;
      lines.push(`  ${when}${k.comm} (${k.pid})${freed}; ${storyLineOf(k)}`);
    }
  }
  return `${lines.join('\n')}\n`;
}
