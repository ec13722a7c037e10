/** Several reports in one log as one story: who died when, what it freed, and whether it helped. */
import type { KillLine, ParsedStory, RawReport, StoryEvent } from './types';

/** A kill this soon after another says that the first did not help. Seconds. */
const SOON = 60;

function eventOf(k: KillLine, r: RawReport | null): StoryEvent {
  const row = r?.table?.rows.find((t) => t.pid === k.pid);
  const kinds = [k.anonKb, k.fileKb, k.shmemKb];
  const known = kinds.some((x) => x !== null);
  return {
    line: k.line,
    time: k.time ?? r?.time ?? null,
    stamp: r?.stamp ?? null,
    pid: k.pid,
    comm: k.comm,
    // What the kill can give back at once: shared and file pages may be somebody else's too.
    freedKb: known ? (k.anonKb ?? 0) : null,
    swapPages: row?.swapents ?? null,
    report: r === null ? null : r.line,
    soonAfterSeconds: null,
    again: false,
  };
}

export function storyOf(reports: readonly RawReport[], strays: readonly KillLine[]): ParsedStory {
  const events = [...strays.map((k) => eventOf(k, null)), ...reports.flatMap((r) => r.kills.map((k) => eventOf(k, r)))];
  events.sort((a, b) => a.line - b.line);
  const counts: Record<string, number> = Object.create(null);
  let before: StoryEvent | null = null;
  for (const e of events) {
    counts[e.comm] = (counts[e.comm] ?? 0) + 1;
    e.again = counts[e.comm] > 1;
    if (before?.time != null && e.time !== null && e.report !== before.report) {
      const gap = e.time - before.time;
      if (gap >= 0 && gap <= SOON) e.soonAfterSeconds = Math.round(gap * 1000) / 1000;
    }
    before = e;
  }
  const repeated = Object.entries(counts)
    .filter(([, n]) => n > 1)
    .sort((a, b) => b[1] - a[1])
    .map(([comm, kills]) => ({ comm, kills }));
  return { events, repeated };
}
