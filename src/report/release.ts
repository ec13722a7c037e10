/** Which kernel printed a report: its release, or the years that its lines' forms leave open. */
import { type BadnessEra, eraOfRelease } from '../linux/versions/badness';
import type { RawReport } from './types';

/** [major, minor, patch], or null when it is no release. */
export function parseRelease(uname: string): number[] | null {
  const m = /^(\d{1,3})\.(\d{1,4})(?:\.(\d{1,5}))?/.exec(uname);
  return m ? [Number(m[1]), Number(m[2]), Number(m[3] ?? 0)] : null;
}

/** "6.12.117" of "6.12.117+deb12-cloud-amd64". */
export const releaseNumber = (uname: string): string => /^\d+\.\d+(?:\.\d+)?/.exec(uname)?.[0] ?? uname;

/** A kernel between releases, whose rules may be nobody's. */
export const isDevelopment = (uname: string | null): boolean => uname !== null && /-next-|-mm\d|\+$|-rc\d/.test(uname);

/** The first release whose lines look like these. */
function releaseByForm(r: RawReport): number[] {
  const columns = r.table?.columns ?? [];
  const last = r.kills.at(-1);
  if (columns.includes('rss_anon')) return [6, 8, 0];
  if (last?.pgtablesKb !== null && last?.pgtablesKb !== undefined) return [5, 9, 0];
  if (r.summary !== null) return r.oldKillForm ? [5, 0, 0] : [5, 9, 0];
  if (columns.includes('pgtables_bytes')) return r.oldKillForm ? [4, 19, 0] : [5, 9, 0];
  if (columns.includes('nr_pmds')) return [4, 1, 0];
  if (columns.includes('nr_ptes')) return [3, 10, 0];
  if (columns.includes('cpu')) return [2, 6, 36];
  if (r.oldHead) return [2, 6, 32];
  if (r.gfp?.names) return r.oldKillForm ? [4, 19, 0] : [5, 9, 0];
  if (last && last.message === '') return [3, 10, 0];
  if (r.zones.some((z) => 'boost' in z.kb)) return [5, 12, 0];
  return r.oldKillForm ? [3, 10, 0] : [6, 1, 0];
}

/** One line for choice and kill, with the page tables: of 5.1 on, and of distributions that took it into their 4.18. */
const isNewKill = (r: RawReport): boolean =>
  r.selected === null && r.kills.length > 0 && r.kills.every((k) => k.pgtablesKb !== null && k.message !== '');

export interface EraFound {
  era: BadnessEra;
  /** From the release that the report names, not from the form of its lines. */
  certain: boolean;
}

/** The rules under which the report's kernel chose. */
export function eraOf(r: RawReport): EraFound {
  const named = r.uname ? parseRelease(r.uname) : null;
  const release = named ?? releaseByForm(r);
  // Development kernels of 2.6.34 carried the rules of 2.6.36 before their release.
  const early = named !== null && release[0] === 2 && release[2] >= 32 && r.table?.columns?.includes('oom_score_adj');
  // They stay at the patch level 0 and count in what stands behind it.
  const backported = release[0] < 5 && /^\d+\.\d+\.0-\d/.test(r.uname ?? '') && isNewKill(r);
  if (backported) return { era: eraOfRelease([5, 1, 0]), certain: named !== null };
  const rewritten = early || (release[0] === 2 && r.table !== null && r.table.rows.some((t) => t.oom_adj !== null));
  return { era: eraOfRelease(rewritten && release[2] < 36 ? [2, 6, 36] : release), certain: named !== null };
}
