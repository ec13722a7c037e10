/**
 * What of a process's resident pages is its own and what it shares. A report before 6.8 prints only the sum for each
 * task, and the parts for whoever was killed; but the counters of Mem-Info say how much there was of each kind in all.
 */
import type { RawReport, TaskRow } from '../types';

/** Pages. */
export interface RssParts {
  anon: number;
  file: number;
  shmem: number;
}

/** Frames there are of each kind. */
export interface Frames {
  anon: number;
  file: number;
  shmem: number;
}

const sum = (values: readonly number[]): number => values.reduce((n, x) => n + x, 0);

/** The parts that are printed: the 6.8 columns, or the line of a kill. */
function printed(r: RawReport, row: TaskRow, pageKb: number): RssParts | null {
  if (row.rss_anon !== null && row.rss_file !== null && row.rss_shmem !== null) {
    return { anon: row.rss_anon, file: row.rss_file, shmem: row.rss_shmem };
  }
  const kill = r.kills.find((k) => k.pid === row.pid);
  if (!kill || kill.anonKb === null || kill.fileKb === null) return null;
  const parts = {
    anon: Math.floor(kill.anonKb / pageKb),
    file: Math.floor(kill.fileKb / pageKb),
    shmem: Math.floor((kill.shmemKb ?? 0) / pageKb),
  };
  // Between the table and the kill it may have given memory back.
  return parts.anon + parts.file + parts.shmem === row.rss ? parts : null;
}

/** The most that any process shares, such that all together share `excess` pages: each shares as much as it can up to it. */
function commonPart(sizes: readonly number[], excess: number): number {
  const sorted = [...sizes].sort((a, b) => a - b);
  let left = excess;
  for (let i = 0; i < sorted.length; i++) {
    const each = left / (sorted.length - i);
    if (sorted[i] > each) return Math.ceil(each);
    left -= sorted[i];
  }
  return sorted.at(-1) ?? 0;
}

/** Shares out what is shared: shared memory first, which nothing takes away, then files. */
function shareOut(shared: number, frames: Frames): { file: number; shmem: number } {
  const shmem = Math.min(shared, frames.shmem);
  return { shmem, file: Math.min(shared - shmem, frames.file) };
}

/** The parts of each row's rss, and shared memory that stands for what children share with their parents. */
export interface Split {
  parts: RssParts[];
  /** Frames of shared memory beyond those that Mem-Info counts as such: it counts them as anonymous. */
  forked: number;
}

/**
 * The parts of each row's rss. Their sum is the row's rss; what processes share they all have the same pages of, from the
 * first on.
 */
export function splitRss(r: RawReport, rows: readonly TaskRow[], frames: Frames, pageKb: number): Split {
  const out = rows.map((row) => printed(r, row, pageKb));
  const open = rows.flatMap((_, i) => (out[i] === null ? [i] : []));
  const known = sum(out.map((p) => p?.anon ?? 0));
  const budget = Math.max(0, frames.anon - known);
  const sizes = open.map((i) => rows[i].rss);
  const most = frames.shmem + frames.file;
  const common = Math.min(most, commonPart(sizes, Math.max(0, sum(sizes) - budget)));
  for (const i of open) {
    const shared = shareOut(Math.min(rows[i].rss, common), frames);
    out[i] = { anon: rows[i].rss - shared.file - shared.shmem, ...shared };
  }
  const parts = out.map((p, i) => within(p ?? { anon: rows[i].rss, file: 0, shmem: 0 }, frames));
  return shareBetweenForks(rows, parts, sum(parts.map((p) => p.anon)) - frames.anon);
}

/** No more of a file or of shared memory than there is. */
function within(p: RssParts, frames: Frames): RssParts {
  const file = Math.min(p.file, frames.file);
  const shmem = Math.min(p.shmem, frames.shmem);
  return { anon: p.anon + (p.file - file) + (p.shmem - shmem), file, shmem };
}

/**
 * Where all have more anonymous memory together than there was, children still share it with their parents: those of one
 * name, else all. What each of them has in common with the others stands for shared memory here.
 */
function shareBetweenForks(rows: readonly TaskRow[], parts: RssParts[], excess: number): Split {
  if (excess <= 0) return { parts, forked: 0 };
  const named = new Map<string, number>();
  const key = (row: TaskRow): string => `${row.uid} ${row.name}`;
  for (const row of rows) named.set(key(row), (named.get(key(row)) ?? 0) + 1);
  const twins = rows.map((row) => (named.get(key(row)) ?? 0) > 1);
  for (const member of [twins, rows.map(() => true)]) {
    const saved = (common: number): number =>
      sum(parts.map((p, i) => (member[i] ? Math.min(p.anon, common) : 0))) - common;
    const most = parts.reduce((n, p, i) => (member[i] ? Math.max(n, p.anon) : n), 0);
    // Each page more that is shared saves as many as there are processes that have so many, but for one.
    let common = 0;
    for (let step = 2 ** Math.ceil(Math.log2(most + 1)); step >= 1; step /= 2) {
      if (common + step <= most && saved(common + step - 1) < excess) common += step;
    }
    if (most === 0 || saved(common) < excess) continue;
    return {
      forked: common,
      parts: parts.map((p, i) => {
        const moved = member[i] ? Math.min(p.anon, common) : 0;
        return { ...p, anon: p.anon - moved, shmem: p.shmem + moved };
      }),
    };
  }
  return { parts, forked: 0 };
}
