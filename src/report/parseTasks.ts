/** The task table in the layouts of all years. */
import type { TaskRow, TaskTable } from './types';

const KNOWN = new Set([
  'uid',
  'tgid',
  'total_vm',
  'rss',
  'rss_anon',
  'rss_file',
  'rss_shmem',
  'cpu',
  'oom_adj',
  'oom_score_adj',
  'nr_ptes',
  'nr_pmds',
  'nr_puds',
  'pgtables_bytes',
  'swapents',
]);

const OLD = ['uid', 'tgid', 'total_vm', 'rss', 'cpu', 'oom_adj', 'oom_score_adj'];
const PTES = ['uid', 'tgid', 'total_vm', 'rss', 'nr_ptes', 'swapents', 'oom_score_adj'];
const PMDS = ['uid', 'tgid', 'total_vm', 'rss', 'nr_ptes', 'nr_pmds', 'swapents', 'oom_score_adj'];
const BYTES = ['uid', 'tgid', 'total_vm', 'rss', 'pgtables_bytes', 'swapents', 'oom_score_adj'];
const KINDS = [
  'uid',
  'tgid',
  'total_vm',
  'rss',
  'rss_anon',
  'rss_file',
  'rss_shmem',
  'pgtables_bytes',
  'swapents',
  'oom_score_adj',
];

export const isHeader = (text: string): boolean => /^\[ *pid *\]/.test(text);
export const isRow = (text: string): boolean => /^\[ *\d+\] +-?\d/.test(text);

/** A pager or a terminal has cut the end of a line off, and says so. */
const SHORTENED = /(?:\.\.\.|…|>)$/;

/** The layouts of all years. */
const LAYOUTS = [OLD, PTES, PMDS, BYTES, KINDS];

/** The columns of a header whose end was cut off: of the one layout that begins like it. */
function shortenedHeader(text: string): string[] | null {
  const seen = text
    .replace(SHORTENED, '')
    .replace(/^\[ *pid *\]/, '')
    .trim()
    .split(/\s+/)
    .join(' ');
  const fits = LAYOUTS.filter((columns) => [...columns, 'name'].join(' ').startsWith(seen));
  return fits.length === 1 ? fits[0] : null;
}

/** The columns a header names, or null when it is damaged. */
export function parseHeader(text: string): string[] | null {
  if (SHORTENED.test(text)) return shortenedHeader(text);
  const names = text
    .replace(/^\[ *pid *\]/, '')
    .trim()
    .split(/\s+/);
  if (names.pop() !== 'name' || !names.includes('rss') || !names.includes('oom_score_adj')) return null;
  return names;
}

export const newTable = (columns: string[] | null): TaskTable => ({
  columns,
  rows: [],
  unknown: (columns ?? []).filter((c) => !KNOWN.has(c)),
  damaged: 0,
});

/** The layout of rows that have lost their header, by the release and by how many numbers they have. */
export function inferColumns(numbers: number, release: readonly number[] | null, sample: string): string[] | null {
  const before = (major: number, minor: number): boolean =>
    release !== null && (release[0] < major || (release[0] === major && release[1] < minor));
  if (numbers >= 10) return KINDS;
  if (numbers === 8 && (before(4, 15) || release === null)) return PMDS;
  if (numbers < 7) return null;
  if (release === null) {
    const tables = Number(sample.trim().split(/\s+/)[4]);
    return tables > 0 && tables % 4096 === 0 ? BYTES : PTES;
  }
  if (before(3, 3)) return OLD;
  return before(4, 15) ? PTES : BYTES;
}

/** How many numbers a row begins with, after its pid. */
export function countNumbers(text: string): number {
  const m = /^\[ *\d+\]((?: +-?\d+(?= |$))*)/.exec(text);
  return m ? m[1].trim().split(/\s+/).length : 0;
}

const column = (values: Record<string, number>, name: string): number | null => values[name] ?? null;

/** oom_adj on the scale of oom_score_adj. §10.11. */
const fromOldScale = (adj: number): number => (adj >= 15 ? 1000 : Math.trunc((adj * 1000) / 17));

/** One row, or null when it is damaged. */
export function parseRow(text: string, columns: readonly string[], pageSize: number, line: number): TaskRow | null {
  const head = /^\[ *(\d+)\] +/.exec(text);
  if (!head) return null;
  const values: Record<string, number> = {};
  let rest = text.slice(head[0].length);
  for (const name of columns) {
    const m = /^(-?\d{1,20}) +/.exec(rest) ?? /^(-?\d{1,20})$/.exec(rest);
    if (!m) return null;
    values[name] = Number(m[1]);
    rest = rest.slice(m[0].length);
  }
  const name = rest.replace(SHORTENED, '').trim();
  const adj = values.oom_score_adj ?? (values.oom_adj === undefined ? 0 : fromOldScale(values.oom_adj));
  if (name === '' || adj < -1000 || adj > 1000 || values.rss === undefined) return null;
  const ptes = column(values, 'nr_ptes');
  const pmds = column(values, 'nr_pmds');
  const bytes = column(values, 'pgtables_bytes') ?? (ptes === null ? null : (ptes + (pmds ?? 0)) * pageSize);
  const extra: Record<string, number> = {};
  for (const c of columns) if (!KNOWN.has(c)) extra[c] = values[c];
  return {
    pid: Number(head[1]),
    tgid: values.tgid ?? Number(head[1]),
    uid: values.uid ?? 0,
    total_vm: values.total_vm ?? 0,
    rss: values.rss,
    rss_anon: column(values, 'rss_anon'),
    rss_file: column(values, 'rss_file'),
    rss_shmem: column(values, 'rss_shmem'),
    nr_ptes: ptes,
    nr_pmds: pmds,
    pgtables_bytes: bytes,
    swapents: column(values, 'swapents'),
    oom_score_adj: adj,
    oom_adj: column(values, 'oom_adj'),
    name,
    extra,
    line,
  };
}
