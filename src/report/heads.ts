/**
 * Learns what a log's way puts before and behind each line, where it is none of the known forms: from lines of a report that
 * always begin alike. What stands before those stands before the others too, but for its numbers.
 */

/** Beginnings of lines that stand in nearly every report, and nowhere else in a line. */
const BEGINNINGS = [
  'Mem-Info:',
  'Call Trace:',
  'Hardware name: ',
  'Tasks state (memory values in pages):',
  '[  pid  ] ',
  '[ pid ] ',
  'oom-kill:constraint=',
  'Out of memory: Kill',
  'Memory cgroup out of memory: Kill',
  'Memory cgroup stats for ',
  'memory: usage ',
  'lowmem_reserve[]: ',
  'Free swap  = ',
  'Total swap = ',
  'oom_reaper: reaped process ',
];
/** Of those, the ones that are whole lines. */
const WHOLE = ['Mem-Info:', 'Call Trace:', 'Tasks state (memory values in pages):'];
/** Of each that are looked at. */
const MAX_HITS = 40;
const MAX_HEAD = 400;
const MAX_TAIL = 200;
const MAX_FORMS = 24;

export interface Frame {
  heads: RegExp[];
  tails: RegExp[];
}

/** Its numbers, and words with numbers in them, may be others; so may the width of blanks. */
function formOf(text: string): string {
  return text.replace(/[A-Za-z0-9_]+|[ \t]+|[^A-Za-z0-9_ \t]/g, (part) => {
    if (/\d/.test(part)) return '\\w+';
    if (/^[ \t]/.test(part)) return '[ \\t]+';
    return part.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
  });
}

/**
 * Heads are learned where most lines have some that are not known: single ones are of programs that repeat the kernel's words.
 *
 * @param known whether what stands before a line is of a form that is taken off anyway
 */
export function learnFrame(text: string, known: (head: string) => boolean): Frame {
  const heads = new Set<string>();
  let strange = 0;
  let usual = 0;
  const tails = new Map<string, number>();
  for (const beginning of BEGINNINGS) {
    let hits = 0;
    for (let at = text.indexOf(beginning); at >= 0 && hits < MAX_HITS; at = text.indexOf(beginning, at + 1)) {
      hits++;
      const start = text.lastIndexOf('\n', at) + 1;
      const head = text.slice(start, at);
      // Behind a letter it is a part of something else.
      const begins = head === '' || (head.length <= MAX_HEAD && !/\w$/.test(head));
      if (begins) {
        if (head === '' || known(head)) usual++;
        else {
          strange++;
          if (heads.size < MAX_FORMS) heads.add(formOf(head));
        }
      }
      if (!begins || !WHOLE.includes(beginning)) continue;
      const end = text.indexOf('\n', at);
      const tail = text.slice(at + beginning.length, end < 0 ? undefined : end).trimEnd();
      if (/^["',;<}|\]\t]/.test(tail) && tail.length <= MAX_TAIL) {
        const form = formOf(tail);
        tails.set(form, (tails.get(form) ?? 0) + 1);
      }
    }
  }
  return {
    heads: strange > usual ? [...heads].map((form) => new RegExp(`^${form}`)) : [],
    tails: [...tails].filter(([, n]) => n > 1).map(([form]) => new RegExp(`${form}\\s*$`)),
  };
}

/** A line without its frame, and whether something was taken off before it. */
export function takeFrame(raw: string, { heads, tails }: Frame): { text: string; headed: boolean } {
  const tail = tails.find((t) => t.test(raw));
  const text = tail ? raw.replace(tail, '') : raw;
  for (const head of heads) {
    const m = head.exec(text);
    if (m !== null) return { text: text.slice(m[0].length), headed: true };
  }
  return { text, headed: false };
}
