/** Puts lines together that a mail program or a terminal broke. */
import type { LogLine } from './types';

/** No line of a report is longer, and no line is put together from more pieces. */
const MAX_JOINED = 8192;
const MAX_PIECES = 40;

/** What only stands at the beginning of a line. */
const FRESH =
  /^(?:Mem-[Ii]nfo:|Node \d+ \S|(?:DMA32|DMA|Normal|HighMem|Movable|Device)(?: free:|: \d+\*)|lowmem_reserve\[\]|Free swap|Total swap|Swap cache stats|Tasks state|Call [Tt]race|Hardware name|Workqueue:|CPU: |Pid: |Code: |Kernel panic|Out of memory|Memory cgroup (?:out|stats)|Killed process|oom-kill:|oom_reaper:|Task in |Tasks in |memory: usage|memory\+swap: |swap: usage|kmem: usage|Unreclaimable slab|Memory allocations|<\/?(?:TASK|IRQ)>|\[ *pid *\]|\[ *\d+\]|\[<|\?|R[A-Z0-9]{2}: |(?!PID|UID)[A-Z]{3}: |\.\.\.|<snip>|\[(?:\.\.\.|snip)|-- ?$|---\[|\d+ (?:total pagecache|pages) )/;
/** A line of memory.stat. */
const STAT = /^[a-z_]+ \d+$/;
const CUT = /^(?:\.\.\.|<snip>|\[\.\.\.\]|\[snip\]|…)/;
const START = / invoked oom-killer\b/;

/** What has come to its end. */
const FINISHED =
  /(?:oom_score_adj:-?\d+|,uid=\d+|= \d+kB|or sacrifice child|or a child|all_unreclaimable\? (?:yes|no)(?: Balloon:\d+kB)?|hugepages_size=\d+kB|memory\.oom\.group set|\(values in pages\):|oom_score_adj name)$/;

/** A line that lacks its end, by what it is. */
function unfinished(text: string): boolean {
  if (START.test(text)) return !/(?:oom_score_adj|oom_adj|oomkilladj)=-?\d+$/.test(text) && text.includes(':');
  if (/ invoked$/.test(text)) return true;
  if (text.startsWith('oom-kill:'))
    return text.includes(',') && !/,uid=\d+$/.test(text) && !text.endsWith('mems_allowed=0');
  if (/^\[ *pid *\]/.test(text)) return !text.endsWith(' name');
  if (/^(?:CPU: .*PID: |Pid: )/.test(text)) return !/ainted\b.*\s\d+\.\d+/.test(text);
  if (/^(?:Node \d+ )?\w+ free:\d+kB/.test(text))
    return !/(?:free_cma:\d+kB|all_unreclaimable\? (?:yes|no))$/.test(text);
  if (/^Node \d+ active_anon:/.test(text)) return !/all_unreclaimable\? (?:yes|no)(?: Balloon:\d+kB)?$/.test(text);
  if (/\bKill(?:ed)? process(?: \d+)?(?: \(.*\))?$/.test(text)) return true;
  if (/Killed process \d+ .*(?:[,:k]|rss:\d+|[a-z])$/.test(text)) return !/child$/.test(text);
  return false;
}

/** Numbers in the row of a table whose header is missing. */
const USUAL_COLUMNS = 7;

/** How many numbers stand in a row of the table, before the name; -1 when it is no row. */
function numbersIn(text: string): number {
  const m = /^\[ *\d+\]((?:\s+-?\d+(?=\s|$))*)/.exec(text);
  return m ? (m[1].match(/-?\d+/g)?.length ?? 0) : -1;
}

/** A row with all its numbers and a name. */
function isWholeRow(text: string, columns: number): boolean {
  const numbers = numbersIn(text);
  if (numbers > columns) return true;
  return (
    numbers === columns &&
    /^\[ *\d+\](?:\s+-?\d+(?=\s|$))*\s+\S/.test(text) &&
    !/^\[ *\d+\](?:\s+-?\d+(?=\s|$))*$/.test(text)
  );
}

export function* unwrap(lines: Iterable<LogLine>): Generator<LogLine> {
  let open: LogLine | null = null;
  let pieces = 1;
  let prefixedBefore = false;
  /** Numbers in a row, from the last header. */
  let columns = 0;
  for (const line of lines) {
    if (
      open !== null &&
      pieces < MAX_PIECES &&
      open.text.length < MAX_JOINED &&
      joins(open, line, prefixedBefore, columns)
    ) {
      const gap: string = gapOf(open.text, line.text, columns);
      const whole: LogLine = open;
      open = { ...whole, text: whole.text + gap + line.text };
      pieces++;
    } else {
      if (open !== null) yield open;
      open = line;
      pieces = 1;
      prefixedBefore = line.prefixed;
    }
    if (/^\[ *pid *\].* name$/.test(open.text))
      columns =
        open.text
          .replace(/^\[ *pid *\]/, '')
          .trim()
          .split(/\s+/).length - 1;
  }
  if (open !== null) yield open;
}

/** Whether the second line is the rest of the first. */
function joins(open: LogLine, next: LogLine, prefixed: boolean, columns: number): boolean {
  if (next.prefixed || next.host !== open.host || CUT.test(next.text) || START.test(next.text)) return false;
  if (unfinished(open.text)) return !(FRESH.test(next.text) || STAT.test(next.text)) || /^\[ *pid/.test(open.text);
  if (open.text.charCodeAt(0) === 91 && numbersIn(open.text) >= 0) {
    return !isWholeRow(open.text, columns || USUAL_COLUMNS) && !FRESH.test(next.text);
  }
  if (!prefixed || next.indented || FINISHED.test(open.text) || FRESH.test(next.text)) return false;
  if (STAT.test(open.text) || CUT.test(open.text)) return false;
  return true;
}

const COLUMN =
  /^(?:uid|tgid|total_vm|rss|rss_anon|rss_file|rss_shmem|cpu|oom_adj|oom_score_adj|nr_ptes|nr_pmds|pgtables_bytes|swapents|name)$/;
const FIELD = /^(?:total-vm|anon-rss|file-rss|shmem-rss|pgtables|oom_score_adj|UID):-?\d*(?:kB)?,?$/;

/** What stood between two pieces: nothing where a word was broken, else a blank. */
function gapOf(a: string, b: string, columns: number): string {
  if (a.startsWith('oom-kill:')) return '';
  // Names of flags hold no blanks.
  if (/gfp_mask=0x[0-9a-f]+\([^)]*$/.test(a)) return '';
  const last = a.slice(a.lastIndexOf(' ') + 1);
  const blank = b.indexOf(' ');
  const first = blank < 0 ? b : b.slice(0, blank);
  if (/\dk$/.test(last) && first.startsWith('B')) return '';
  if (FIELD.test(last + first) && !FIELD.test(first)) return '';
  if (a.startsWith('[') && COLUMN.test(last + first) && !(COLUMN.test(last) && COLUMN.test(first))) return '';
  if (/^\d+$/.test(last) && /^-?\d+$/.test(first) && columns > 0 && a.startsWith('[')) {
    // One number too many: it was broken. Unless nothing but numbers stands there, of which the last is the name.
    const apart = `${a} ${b}`;
    return numbersIn(a) < columns && numbersIn(apart) > columns && !/^\[ *\d+\][\s\d-]*$/.test(apart) ? '' : ' ';
  }
  return ' ';
}
