/** Texts inside of others: fields of JSON and of journals, escaped line ends, the source of web pages. */

/** Longer lines are cut: no line of a report comes near it. */
export const MAX_LINE = 32768;

const JSON_KEYS = ['log', 'MESSAGE', 'message', 'msg', 'line', 'textPayload'];

/** The lines of one record: rsyslog and /dev/kmsg write the line ends inside as #012 and \x0a. */
export function records(raw: string): string[] {
  const text = raw.includes('#011') ? raw.replaceAll('#011', '\t') : raw;
  if (text.includes('#012')) return text.split('#012');
  if (text.includes('\\x0a')) return text.split('\\x0a');
  return [text];
}

const ENTITIES: Record<string, string> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  '#39': "'",
  '#34': '"',
};
/** A log copied out of the source of a web page. */
export const unescapeHtml = (text: string): string =>
  text
    .replace(/<br ?\/?>\s*$/i, '')
    .replace(/&(lt|gt|amp|quot|apos|nbsp|#39|#34);/g, (_, name: string) => ENTITIES[name]);

/** A field of `journalctl -o export` or `-o verbose`. */
const JOURNAL_FIELD = /^\s{0,8}_{0,2}[A-Z][A-Z0-9_]{2,60}=/;
/** A field of JSON that was written over several lines. */
const JSON_FIELD = /^\s{0,16}"(\w{1,40})" ?: ?(".*"),?\s*$/;

/** The text inside of a line that is JSON or a journal's field, else the line itself. */
export function unpack(raw: string): string[] {
  const from = raw.search(/\S/);
  if (from >= 0) {
    const c = raw.charCodeAt(from);
    if ((c === 95 || (c >= 65 && c <= 90)) && JOURNAL_FIELD.test(raw)) {
      return raw.startsWith('MESSAGE=', from) ? [`kernel: ${raw.slice(from + 8)}`] : [];
    }
    const field = c === 34 ? JSON_FIELD.exec(raw) : null;
    if (field) return JSON_KEYS.includes(field[1]) ? textOfJson(field[2]) : [];
  }
  if (from < 0 || raw.charCodeAt(from) !== 123 || !raw.trimEnd().endsWith('}')) return [raw];
  try {
    const value: unknown = JSON.parse(raw);
    if (typeof value !== 'object' || value === null) return [raw];
    const outer = value as Record<string, unknown>;
    const { jsonPayload } = outer;
    const record = (typeof jsonPayload === 'object' && jsonPayload !== null ? jsonPayload : outer) as Record<
      string,
      unknown
    >;
    const from = record.SYSLOG_IDENTIFIER;
    if (typeof from === 'string' && from !== 'kernel') return [];
    for (const key of JSON_KEYS) {
      const inner = record[key];
      if (typeof inner !== 'string') continue;
      const lines = inner.slice(0, MAX_LINE).split('\n');
      return from === 'kernel' ? lines.map((l) => `kernel: ${l}`) : lines;
    }
  } catch {
    // Not JSON after all.
  }
  return [raw];
}

function textOfJson(quoted: string): string[] {
  try {
    return String(JSON.parse(quoted)).slice(0, MAX_LINE).split('\n');
  } catch {
    return [];
  }
}
