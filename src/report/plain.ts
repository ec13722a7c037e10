/**
 * A text as the lines of a log, in the order in which they were logged: out of tables and documents of log stores, which
 * often begin with the newest.
 */
import { linesOfCsv } from './csv';
import { linesOfJson } from './unpack';

export interface PlainText {
  text: string;
  /** The last line came first. */
  reversed: boolean;
}

/** The lines that a text holds; nearly always the text itself. */
export function plainText(log: string): PlainText {
  const whole = fromQuotedPrintable(decoded(log));
  const json = documentOf(whole);
  const text = json === null ? withLineEnds(whole) : whole;
  const csv = json === null ? linesOfCsv(text) : null;
  if (csv && runsBackwards(csv.times)) return { text: csv.lines.reverse().join('\n'), reversed: true };
  const lines = json ?? (csv ? csv.lines.join('\n') : text);
  const turned = turnedRound(lines);
  return { text: turned ?? lines, reversed: turned !== null };
}

/** A log saved as UTF-16 and read as UTF-8 has a zero behind every character. */
function decoded(log: string): string {
  const text = log.charCodeAt(0) === 0xfeff ? log.slice(1) : log;
  return text.slice(0, 200).includes('\0') ? text.replace(/\0/g, '').replace(/^\ufffd+/, '') : text;
}

/** Equals signs that a mail program wrote as numbers, at places where a report has them. */
const QUOTED_PRINTABLE = /(?:gfp_mask|order|adj|swap {1,2}|constraint|hugepages_total)=3D/;

/** The source of a mail: lines broken with a mark, characters as numbers. Each line stays at its number. */
function fromQuotedPrintable(text: string): string {
  if (!QUOTED_PRINTABLE.test(text)) return text;
  const out: string[] = [];
  const lines = text.split(/\r?\n/);
  for (let i = 0; i < lines.length; i++) {
    const pieces = [lines[i]];
    while (pieces[pieces.length - 1].endsWith('=') && i + 1 < lines.length) pieces.push(lines[++i]);
    const whole = pieces.map((p, k) => (k < pieces.length - 1 ? p.slice(0, -1) : p)).join('');
    out.push(whole.replace(/(?:=[0-9A-F]{2})+/g, bytesAsText), ...pieces.slice(1).map(() => ''));
  }
  return out.join('\n');
}

const bytesAsText = (codes: string): string =>
  new TextDecoder().decode(Uint8Array.from(codes.slice(1).split('='), (hex) => Number.parseInt(hex, 16)));

/** So much of the text is looked at to see how its lines end. */
const LOOK = 20_000;

/** Line ends that are carriage returns alone, or two characters, or lost: then time stamps show where lines begin. */
function withLineEnds(text: string): string {
  const look = text.slice(0, LOOK);
  const many = (pattern: RegExp): boolean => (look.match(pattern)?.length ?? 0) > 2;
  if (many(/\n/g)) return text;
  if (many(/\r/g)) return text.replace(/\r/g, '\n');
  if (many(/\\n/g)) return text.replace(/(?:\\r)?\\n/g, '\n').replace(/\\t/g, '\t');
  return many(STAMP) ? text.replace(STAMP, '\n$&') : text;
}

const STAMP = /(?:<\d>)?\[ {0,8}\d{1,10}\.\d{6}\] /g;

/** One document of JSON. */
function documentOf(text: string): string | null {
  const first = text[text.search(/\S/)];
  if (first !== '{' && first !== '[') return null;
  try {
    return linesOfJson(JSON.parse(text))?.join('\n') ?? null;
  } catch {
    // A record a line, or a kernel's time stamp in brackets.
    return null;
  }
}

/** Pairs of neighbours that must fall for a list to run backwards, and for each that rises. */
const ENOUGH = 5;
const FOR_EACH = 5;

/** Whether values fall far more often than they rise. */
function runsBackwards(values: readonly (number | string)[]): boolean {
  let rises = 0;
  let falls = 0;
  for (let i = 1; i < values.length; i++) {
    const [a, b] = [values[i - 1], values[i]];
    if (a === '' || b === '') continue;
    if (b > a) rises++;
    else if (b < a) falls++;
  }
  return falls >= ENOUGH && falls > FOR_EACH * rises;
}

const SECONDS = /\[ {0,8}(\d{1,10}\.\d{6})\]/;
const DATE = /\b(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?)/;
const HEADER = /\[ *pid *\] +uid /;
const ROW = /\[ *\d+\] +-?\d+ +\d+ +\d+ +\d+ /;
/** Lines that are looked at. */
const SAMPLE = 3000;

/** The lines the other way round, where they run backwards; those without a time stamp stay behind the one before. */
function turnedRound(text: string): string | null {
  const header = text.search(HEADER);
  const from = Math.max(0, header - LOOK * 5);
  const lines = text.slice(from, from + LOOK * 50).split('\n', SAMPLE);
  const pattern = [SECONDS, DATE].find((p) => lines.some((l) => p.test(l)));
  const stamps = pattern ? lines.flatMap((l) => pattern.exec(l)?.[1] ?? []) : [];
  const backwards =
    runsBackwards(pattern === SECONDS ? stamps.map(Number) : stamps) || (header >= 0 && headerIsBelow(text, header));
  if (!backwards) return null;
  const records: string[] = [];
  for (const line of text.split('\n')) {
    if (pattern && records.length > 0 && !pattern.test(line)) records[records.length - 1] += `\n${line}`;
    else records.push(line);
  }
  return records.reverse().join('\n');
}

/** The head of a table stands below its rows. */
function headerIsBelow(text: string, at: number): boolean {
  const start = text.lastIndexOf('\n', at);
  const before = text.slice(Math.max(0, text.lastIndexOf('\n', start - 1)), Math.max(0, start));
  const end = text.indexOf('\n', at);
  const after = end < 0 ? '' : text.slice(end + 1, text.indexOf('\n', end + 1) >>> 0);
  return ROW.test(before) && !ROW.test(after);
}
