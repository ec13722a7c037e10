/** Texts inside of others: fields of JSON and of journals, escaped line ends, the source of web pages. */

/** Longer lines are cut: no line of a report comes near it. */
export const MAX_LINE = 32768;

/** Fields that hold what was logged, in the order in which they are looked for. */
const TEXT_KEYS = ['log', 'MESSAGE', 'message', '@message', 'msg', 'line', 'textPayload', '_raw', 'body', 'stdout'];
/** Deeper nested than any log. */
const MAX_DEPTH = 24;

/** Between two totals whose line ends were lost on the way. */
const LOST_ENDS =
  /(?<=kB|RAM|HighMem|MovableOnly|reserved|shared|cache|pages|hwpoisoned)(?=\d+ (?:total )?(?:free |reserved |slab )?pages )/;

/** The lines of one record: rsyslog and /dev/kmsg write the line ends inside as #012 and \x0a. */
export function records(raw: string): string[] {
  const text = raw.includes('#011') ? raw.replaceAll('#011', '\t') : raw;
  if (text.includes('#012')) return text.split('#012');
  if (text.includes('\\x0a')) return text.split('\\x0a');
  return text.includes(' pages ') && LOST_ENDS.test(text) ? text.replace(/^\.{3,}/, '').split(LOST_ENDS) : [text];
}

const ENTITIES: Record<string, string> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
  nbsp: ' ',
};
/** A log copied out of the source of a web page. */
export const unescapeHtml = (text: string): string =>
  text
    .replace(/<br ?\/?>\s*$/i, '')
    .replace(/&(lt|gt|amp|quot|apos|nbsp);/g, (_, name: string) => ENTITIES[name])
    .replace(/&#(\d{2,5}|x[0-9a-f]{2,4});/gi, (_, code: string) =>
      String.fromCharCode(Number(code.replace(/^x/i, '0x'))),
    );

/** A field of `journalctl -o export` or `-o verbose`. */
const JOURNAL_FIELD = /^\s{0,8}_{0,2}[A-Z][A-Z0-9_]{2,60}=/;
/** Above the fields of `-o verbose`: when, and the place in the journal. */
const CURSOR = /\[s=[0-9a-f]{1,40};i=[0-9a-f]{1,20}[^\]]{0,300}\]\s*$/;
/** A field of JSON that was written over several lines. */
const JSON_FIELD = /^\s{0,16}"(\w{1,40})" ?: ?(".*"),?\s*$/;
/** A text in a list, one a line. */
const JSON_ITEM = /^\s{0,24}("(?:[^"\\]|\\.)*"),?\s*$/;
/** Around a record of JSON: of a stream of events, of a sequence, of a list that is cut off. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: RFC 7464 begins records with the separator character
const AROUND_JSON = /^(?:data: ?|\x1e|[[,]\s*)?(\{.*\})[,\]]?\s*$/;

/** The text inside of a line that is JSON or a journal's field, else the line itself. */
export function unpack(raw: string): string[] {
  const from = raw.search(/\S/);
  if (from < 0) return [raw];
  const c = raw.charCodeAt(from);
  if ((c === 95 || (c >= 65 && c <= 90)) && JOURNAL_FIELD.test(raw)) {
    return raw.startsWith('MESSAGE=', from) ? [`kernel: ${raw.slice(from + 8)}`] : [];
  }
  if (c >= 65 && c <= 90 && raw.endsWith(']') && CURSOR.test(raw)) return [];
  if (c === 34) {
    const field = JSON_FIELD.exec(raw);
    if (field) return TEXT_KEYS.includes(field[1]) ? textOfJson(field[2]) : [];
    const item = JSON_ITEM.exec(raw);
    return item ? textOfJson(item[1]) : [raw];
  }
  if (!raw.includes('{"') && !raw.includes('{ "')) return [raw];
  const json = AROUND_JSON.exec(raw.slice(from));
  if (json === null) return [raw];
  try {
    return linesOfJson(JSON.parse(json[1])) ?? [raw];
  } catch {
    // Not JSON after all.
    return [raw];
  }
}

/** What is logged in a value of JSON, line by line; null where nothing in it is a log. */
export function linesOfJson(value: unknown): string[] | null {
  const out: string[] = [];
  return collect(value, out, 0) ? out : null;
}

/** True when it has found what a log is in. */
function collect(value: unknown, out: string[], depth: number): boolean {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return false;
  if (Array.isArray(value)) return collectList(value, out, depth);
  const record = value as Record<string, unknown>;
  const { SYSLOG_IDENTIFIER: program, _HOSTNAME: host, time } = record;
  if (typeof program === 'string' && program !== 'kernel') return true;
  let prefix = program === 'kernel' ? `${typeof host === 'string' ? `${host} ` : ''}kernel: ` : '';
  // dmesg --json
  if (typeof time === 'number' && typeof record.pri === 'number') prefix = `[${time.toFixed(6)}] `;
  for (const key of TEXT_KEYS) {
    const text = textOf(record[key]);
    if (text === null) continue;
    for (const line of text.split('\n')) out.push(prefix + line);
    return true;
  }
  let found = false;
  for (const inner of Object.values(record)) if (collect(inner, out, depth + 1)) found = true;
  return found;
}

function collectList(list: readonly unknown[], out: string[], depth: number): boolean {
  // Loki: a time and a line.
  if (list.length === 2 && typeof list[1] === 'string' && /^\d{10,20}$/.test(String(list[0]))) {
    out.push(...list[1].split('\n'));
    return true;
  }
  if (list.length > 0 && list.every((x) => typeof x === 'string')) {
    for (const x of list) out.push(...x.split('\n'));
    return true;
  }
  let found = false;
  for (const x of list) if (collect(x, out, depth + 1)) found = true;
  return found;
}

/** A journal writes what is not plain text as a list of bytes. */
function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value) || value.length === 0 || !value.every((x) => Number.isInteger(x) && x >= 0 && x < 256)) {
    return null;
  }
  return new TextDecoder().decode(Uint8Array.from(value as number[]));
}

function textOfJson(quoted: string): string[] {
  try {
    return String(JSON.parse(quoted)).slice(0, MAX_LINE).split('\n');
  } catch {
    return [];
  }
}
