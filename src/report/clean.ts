/**
 * Takes off what a log's way to the reader put around the kernel's lines: time stamps, names of machines and programs,
 * quote marks, containers' JSON, escaped line ends. Each line costs a fixed number of looks at its first part.
 */
import { learnFrame, takeFrame } from './heads';
import type { LogLine } from './types';
import { MAX_LINE, records, unescapeHtml, unpack } from './unpack';
import { BEGINS, ROW_WITHOUT_NAME, wrapWidth } from './width';

/** How far into a line a prefix can reach. */
const PREFIX_REACH = 256;

const QUOTE = /^[ \t]{0,8}(?:>[ \t]?){1,8}/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: terminals' colours begin with the escape character
const COLOUR = /(?:\x1b|\^\[)\[[0-9;?]{0,12}[A-Za-z]/g;
/** A time of day, or seconds since 1970. */
const CLOCK = /^(?:\d\d:\d\d:\d\d(?:[.,]\d{1,9})?|\d{9,11}\.\d{3,9}) /;
const MONTH_DATE = /^[A-Z][a-z]{2} [ \d]?\d \d\d:\d\d:\d\d(?:\.\d{1,9})? /;
const ISO_DATE =
  /^(?:[A-Z][a-z]{2} )?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?(?: [A-Z]{3,4}(?= ))? /;
const ANDROID_LOG = /^(?:\d{4}-)?\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}(?: +\d+){2} [VDIWEF] (?:(?:kernel)? *: )?/;
/** logcat -v brief. */
const ANDROID_BRIEF = /^[VDIWEF]\/kernel *\( *\d{1,10}\): /;
/** `dmesg -x`. */
const FACILITY = /^[a-z]{2,10}\d? *:(?:emerg|alert|crit|err|warn|notice|info|debug) *: ?/;
/** RFC 5424, before the date and behind it. */
const RFC_5424 = /^<\d{1,3}>1 (?=\d{4}-)/;
const RFC_5424_KERNEL = /^(\S{1,120}) kernel (?:-|\d{1,10}) \S{1,40} (?:-|\[[^\]]{0,400}\]) ?/;
const INNER = /^\s*(?:>|\[ {0,8}\d{1,10}\.\d)/;
/** A line of containerd's log: what is long is written in parts, all but the last marked with a P. */
const CRI_PART = /^(\S{1,60} std(?:out|err) )([FP]) /;
const CRI = /^std(?:out|err) ([FP]) /;
const POD = /^\[pod\/[^\]]{1,200}\] /;
const LEVEL = /^<\d{1,3}>/;
/** With the kernel's release before it, as netconsole sends it. */
const KMSG = /^(?:\d{1,2}\.\d{1,3}[^,;\s]{0,80},)?\d{1,3},\d{1,20},\d{1,20},[-c+](?:,[^;]{0,60})?;/;
const SECONDS = /^\[ {0,8}(\d{1,10}\.\d{1,9})(?:@\d+| < *\d{1,10}\.\d{1,9}>)?\] ?/;
/** `dmesg -e`: the minute, then seconds since the line before. */
const RELATIVE = /^\[(?: *\+\d{1,8}\.\d{1,9}|[A-Z][a-z]{2} {1,2}\d{1,2} \d\d:\d\d)\] ?/;
const CALLER = /^\[ {0,10}[TC]\d{1,10}\] ?/;
/** `dmesg -T` in any language, and journals' dates in brackets. */
const DATED = /^\[([^\]]{0,40}\d\d:\d\d:\d\d[^\]]{0,24})\] ?/;
const MEDIATEK = /^ ?\(\d{1,2}\)\[\d+:[^\]]{0,32}\] ?/;
const KERNEL = /^(?:([^\s[]\S{0,119}) )?(?:\S{1,40} )?kernel(?:\[\d{1,8}\])?: ?/;
const PROGRAM = /^(?:\S{1,120} )?[^\s[\]:]{1,80}(?:\[\d{1,10}\])?:(?: |$)/;
const PROGRAM_WITH_PID = /^(?:\S{1,120} )?[^\s[\]:]{1,80}\[\d{1,10}\]:(?: |$)/;
/** Console output in front of a kernel's line. */
const GLUED = /\[ {0,8}\d{1,10}\.\d{6}\](?:\[ {0,10}[TC]\d{1,10}\])? (?=\S)/;

interface Stripped {
  text: string;
  prefixed: boolean;
  time: number | null;
  stamp: string | null;
  host: string;
  /** Blanks in front of the line. */
  indent: number;
  /** The kernel's own prefix, or a syslog's: not only a date that a container's log puts before everything. */
  inner: boolean;
}

/** Told how much of the text has been read, 0 to 1, now and then. */
export type Progress = (share: number) => void;
/** Characters between two of its calls. */
const PROGRESS_STEP = 500_000;

/**
 * A log's text as the kernel's lines. Lines of other programs are left out, and so are empty ones.
 *
 * @param text plain, see plain.ts
 */
export function* cleanLog(text: string, progress?: Progress): Generator<LogLine> {
  const frame = learnFrame(text, isKnownHead);
  let n = 0;
  /** Of the last line with a prefix: lines without one belong to it. */
  let host = '';
  /** How far the whole log is indented. */
  let base = 0;
  let innerSeen = false;
  const width = wrapWidth(text);
  /** A line of which containerd has written a part so far. */
  let held = '';
  let told = 0;
  for (let at = 0; at <= text.length; ) {
    let end = text.indexOf('\n', at);
    if (end < 0) end = text.length;
    n++;
    if (progress && at - told >= PROGRESS_STEP) {
      told = at;
      progress(at / text.length);
    }
    let raw = text.slice(at, Math.min(end, at + MAX_LINE));
    at = end + 1;
    let piece = raw.length;
    const first = n;
    while (piece === width && at < text.length && raw.length < MAX_LINE) {
      let next = text.indexOf('\n', at);
      if (next < 0) next = text.length;
      piece = next - at;
      const quote = QUOTE.exec(raw)?.[0] ?? '';
      const more = text.slice(text.startsWith(quote, at) ? at + quote.length : at, next);
      if (piece > width || BEGINS.test(more)) break;
      // A mail program that broke rows of a table, which are all equally long up to the name, took the blank away.
      raw += ROW_WITHOUT_NAME.test(raw) && /^[\w(]/.test(more) ? ` ${more}` : more;
      at = next + 1;
      n++;
    }
    const part = raw.includes(' std') ? CRI_PART.exec(raw) : null;
    // The rest that never came: the part stands for the line.
    const raws = held !== '' && (!part || held.length >= MAX_LINE) ? [held] : [];
    if (part && held !== '' && raws.length === 0) raw = held + raw.slice(part[0].length);
    held = part?.[2] === 'P' && at < text.length ? raw.replace(CRI_PART, '$1F ') : '';
    if (held === '') raws.push(raw);
    const pieces = raws.flatMap(unpack);
    for (let piece = pieces.shift(); piece !== undefined; piece = pieces.shift()) {
      const { text: inside, headed } = takeFrame(piece, frame);
      const s = strip(inside);
      if (s === null) continue;
      const next = s.inner ? GLUED.exec(s.text.slice(0, 2048)) : null;
      // Where a line's end was lost, the next one's time stamp shows where it begins.
      if (next && next.index > 0) {
        pieces.unshift(s.text.slice(next.index));
        s.text = s.text.slice(0, next.index);
      }
      if (headed) s.prefixed = s.inner = true;
      if (s.host !== '') host = s.host;
      else s.host = host;
      if (s.inner) innerSeen = true;
      else if (innerSeen) s.prefixed = false;
      if (s.prefixed) base = s.indent;
      else if (s.indent > 0) s.text = s.text.slice(Math.min(base, s.indent));
      for (const [i, part] of records(s.text).entries()) {
        const line = finish(part, s, first, i > 0);
        if (line !== null) yield line;
      }
    }
  }
}

/** A word that no kernel prints. */
const PROBE = 'Zq';
/** What is before a line is taken off it anyway. */
const isKnownHead = (head: string): boolean => unpack(head + PROBE).some((raw) => strip(raw)?.text.trim() === PROBE);

function finish(part: string, s: Stripped, n: number, continued: boolean): LogLine | null {
  const text = part.trim();
  if (text === '') return null;
  const indented = /^\s/.test(part);
  return { n, text, prefixed: s.prefixed || continued, indented, time: s.time, stamp: s.stamp, host: s.host };
}

/** A line without its prefixes; null when another program wrote it. */
function strip(raw: string): Stripped | null {
  const s: Stripped = { text: raw, prefixed: false, time: null, stamp: null, host: '', indent: 0, inner: false };
  if (raw.includes('\x1b') || raw.includes('^[[')) s.text = raw.replace(COLOUR, '');
  // Mail programs turn blanks into non-breaking ones.
  if (s.text.includes('\u00a0')) s.text = s.text.replace(/\u00a0/g, ' ');
  if (s.text.includes('&') || s.text.endsWith('>')) s.text = unescapeHtml(s.text);
  // Cells of a wiki's table.
  if (s.text.startsWith('| ')) s.text = s.text.slice(2).replace(/ \|\s*$/, '');
  const first = s.text.charCodeAt(0);
  if (first === 62 || ((first === 32 || first === 9) && s.text.includes('>'))) s.text = s.text.replace(QUOTE, '');
  const indent = s.text.search(/\S/);
  if (indent < 0) return null;
  s.indent = indent;
  // A whole log may be indented, with the prefix behind the blanks.
  const inner = indent > 0 ? s.text.slice(indent) : s.text;
  const head = { ...s, text: inner };
  if (!stripDate(head)) return null;
  stripKernel(head);
  if (head.inner) return head;
  return unglue(head.prefixed ? head : s);
}

function take(s: Stripped, pattern: RegExp): RegExpExecArray | null {
  const m = pattern.exec(s.text);
  if (m) s.text = s.text.slice(m[0].length);
  return m;
}

/** Dates, names of machines and programs. False when it is another program's line. */
function stripDate(s: Stripped): boolean {
  take(s, POD) ?? take(s, RFC_5424);
  if (take(s, ANDROID_BRIEF)) {
    s.prefixed = true;
    s.inner = true;
    return true;
  }
  const c = s.text.charCodeAt(0);
  const letter = c >= 65 && c <= 90;
  const digit = c >= 48 && c <= 57;
  const month = letter ? take(s, MONTH_DATE) : null;
  const date =
    month ??
    (digit ? take(s, ANDROID_LOG) : null) ??
    (letter || digit ? take(s, ISO_DATE) : null) ??
    (digit ? take(s, CLOCK) : null);
  if (date) {
    s.prefixed = true;
    s.stamp = date[0].trim();
    // A container runtime's line may hold a syslog's line.
    const nested = take(s, CRI) !== null;
    // Whoever put the date there may have got the line quoted or indented.
    if (INNER.test(s.text)) s.text = s.text.replace(QUOTE, '').trimStart();
    if (nested || MONTH_DATE.test(s.text) || ISO_DATE.test(s.text)) return s.text !== '' && stripDate(s);
  }
  const kernel = s.text.slice(0, PREFIX_REACH).includes('kernel') ? take(s, KERNEL) : null;
  const rfc =
    kernel === null && date && s.text.slice(0, PREFIX_REACH).includes(' kernel ') ? take(s, RFC_5424_KERNEL) : null;
  if (rfc) {
    s.prefixed = true;
    s.inner = true;
    s.host = rfc[1];
    return true;
  }
  if (kernel) {
    s.prefixed = true;
    s.inner = true;
    s.host = kernel[1] ?? '';
    return true;
  }
  if (!date || SECONDS.test(s.text)) return true;
  const host = /^([^\s[]\S{0,119}) (?=\[ {0,8}\d)/.exec(s.text);
  if (host) {
    s.host = host[1];
    s.text = s.text.slice(host[0].length);
    return true;
  }
  // What is no kernel's line in a syslog is another program's; a bare date may stand in front of a kernel's line.
  return !(month ? PROGRAM : PROGRAM_WITH_PID).test(s.text) || looksLikeKernel(s.text);
}

/** The kernel's own prefixes, in any order that occurs. */
function stripKernel(s: Stripped): void {
  for (let i = 0; i < 6; i++) {
    const c = s.text.charCodeAt(0);
    let m: RegExpExecArray | null = null;
    if (c === 60) m = take(s, LEVEL);
    else if (i === 0 && c >= 97 && c <= 122) m = take(s, FACILITY);
    else if (c >= 48 && c <= 57) m = take(s, KMSG);
    else if (c === 91) {
      m = take(s, SECONDS);
      if (m) {
        s.time = Number(m[1]);
        take(s, CALLER) ?? take(s, MEDIATEK);
        const kernel = s.text.slice(0, PREFIX_REACH).includes('kernel') ? take(s, KERNEL) : null;
        if (kernel?.[1]) s.host = kernel[1];
      } else {
        m = take(s, CALLER) ?? take(s, RELATIVE);
        if (!m) {
          m = take(s, DATED);
          if (m) s.stamp = m[1];
        }
      }
    }
    if (!m) return;
    s.prefixed = true;
    s.inner = true;
  }
}

/** Console output may stand in front of the kernel's time stamp. */
function unglue(s: Stripped): Stripped {
  if (!s.text.includes('] ')) return s;
  const m = GLUED.exec(s.text.slice(0, 2048));
  if (!m || m.index === 0) return s;
  const inner: Stripped = { ...s, text: s.text.slice(m.index) };
  stripKernel(inner);
  return inner;
}

const KERNEL_WORDS =
  /^(?:Mem-Info|Node \d|Hardware name|CPU: |Call [Tt]race|Tasks state|oom-kill:|oom_reaper|Out of memory|Memory cgroup|Killed process|lowmem_reserve|Free swap|Total swap|active_anon|Task in |Workqueue|Kernel panic|memory: |swap: |memory\+swap: |kmem: )/;
const looksLikeKernel = (text: string): boolean => KERNEL_WORDS.test(text) || text.includes(' invoked oom-killer');
