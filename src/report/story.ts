/** Several reports in one log as one story: who died when, what it freed, and whether it helped. */
import type { KillLine, ParsedStory, RawReport, StoryEvent } from './types';

/** A kill this soon after another says that the first did not help. Seconds. */
const SOON = 60;

const sumOf = (values: (number | null)[]): number | null =>
  values.every((x) => x === null) ? null : values.reduce<number>((n, x) => n + (x ?? 0), 0);

function eventOf(k: KillLine, r: RawReport | null): StoryEvent {
  const row = r?.table?.rows.find((t) => t.pid === k.pid);
  return {
    line: k.line,
    time: k.time ?? r?.time ?? null,
    stamp: r?.stamp ?? null,
    pid: k.pid,
    comm: k.comm,
    // What the kill can give back at once: shared and file pages may be somebody else's too.
    freedKb: sumOf([k.anonKb, k.fileKb, k.shmemKb]) === null ? null : (k.anonKb ?? 0),
    sharedKb: sumOf([k.fileKb, k.shmemKb]),
    swapPages: row?.swapents ?? null,
    report: r === null ? null : r.line,
    soonAfterSeconds: null,
    quietSeconds: null,
    helped: null,
    last: false,
    again: false,
    grew: null,
  };
}

/** Pages in memory of each task of the table, by number and name: numbers come round again. */
function sizes(r: RawReport): Map<string, number> {
  return new Map((r.table?.rows ?? []).map((t) => [`${t.pid} ${t.name}`, t.rss + (t.swapents ?? 0)]));
}

/** The task that grew most from one report to the next, in pages; null when none did. */
function mostGrown(before: RawReport, after: RawReport): StoryEvent['grew'] {
  const old = sizes(before);
  let most: StoryEvent['grew'] = null;
  for (const t of after.table?.rows ?? []) {
    const was = old.get(`${t.pid} ${t.name}`);
    // Whoever was not there had nothing.
    const pages = t.rss + (t.swapents ?? 0) - (was ?? 0);
    if (pages > (most?.pages ?? 0)) most = { pid: t.pid, comm: t.name, pages, isNew: was === undefined };
  }
  return most;
}

export function storyOf(reports: readonly RawReport[], strays: readonly KillLine[]): ParsedStory {
  const events = [...strays.map((k) => eventOf(k, null)), ...reports.flatMap((r) => r.kills.map((k) => eventOf(k, r)))];
  events.sort((a, b) => a.line - b.line);
  const counts: Record<string, number> = Object.create(null);
  let before: StoryEvent | null = null;
  for (const e of events) {
    counts[e.comm] = (counts[e.comm] ?? 0) + 1;
    e.again = counts[e.comm] > 1;
    const gap = before?.time != null && e.time !== null && e.report !== before.report ? e.time - before.time : -1;
    if (before && gap >= 0) {
      before.quietSeconds = Math.round(gap * 1000) / 1000;
      before.helped = gap > SOON;
      if (gap <= SOON) e.soonAfterSeconds = before.quietSeconds;
    }
    before = e;
  }
  if (before) before.last = true;
  byReport(reports, events);
  const repeated = Object.entries(counts)
    .filter(([, n]) => n > 1)
    .sort((a, b) => b[1] - a[1])
    .map(([comm, kills]) => ({ comm, kills }));
  return { events, repeated };
}

/** What the next report of the same machine shows of the time since a kill. */
function byReport(reports: readonly RawReport[], events: StoryEvent[]): void {
  const last = new Map<string, RawReport>();
  const kills = new Map<number, StoryEvent[]>();
  for (const e of events) if (e.report !== null) kills.set(e.report, [...(kills.get(e.report) ?? []), e]);
  for (const r of reports) {
    const previous = last.get(r.host);
    const rebooted = previous?.time != null && r.time !== null && r.time < previous.time;
    if (previous && !rebooted) {
      const grew = mostGrown(previous, r);
      for (const e of kills.get(previous.line) ?? []) e.grew = grew;
    }
    last.set(r.host, r);
  }
}
