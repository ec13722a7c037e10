/** What a line of the kernel log is about: the process or the kind of pages that it shares with the other views. */
import type { MarkKind } from '../../store';

export interface About {
  pid: number | null;
  kind: MarkKind | null;
}

/** pid of a row of the report's task table, or of a line about one process; null = it is about none. */
export function taskOfLine(line: string): number | null {
  const found =
    /^\[ *(\d+)\] +\d+ +\d+ /.exec(line) ??
    /(?:Killed|reaped) process (\d+)/.exec(line) ??
    /,pid=(\d+),/.exec(line) ??
    /^CPU: \d+ (?:UID: \d+ )?PID: (\d+) /.exec(line);
  return found ? Number(found[1]) : null;
}

const KINDS: readonly [RegExp, MarkKind][] = [
  [/^(Free|Total) swap|pages in swap cache/, 'swap'],
  [/^ ?free:|^Node \d+ \S+ free:|^Node \d+ \S+: \d+\*/, 'free'],
  [/^slab_reclaimable|^ slab_reclaimable/, 'slab'],
  [/total pagecache pages/, 'fileInactive'],
  [/pages reserved/, 'reserved'],
];

export function aboutOf(line: string): About {
  const pid = taskOfLine(line);
  return { pid, kind: pid === null ? (KINDS.find(([test]) => test.test(line))?.[1] ?? null) : null };
}
