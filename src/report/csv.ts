/** Tables of a log, as log stores export them: one column holds the lines. */

/** Names of the column with what was logged, best first; small letters, without what stands around. */
const TEXT_COLUMNS = [
  'message',
  'raw',
  'line',
  'msg',
  'log',
  'textpayload',
  'jsonpayload.message',
  'syslogmessage',
  'logmessage',
  'log message',
  'logentry',
  'log_line',
  'body',
  'content',
  'event.original',
  'event message',
];
const TIME_COLUMN = /time|date|^ts/;
const MAX_COLUMNS = 200;

const clean = (name: string): string =>
  name
    .trim()
    .toLowerCase()
    .replace(/^[@_]+/, '');

/** The table's lines, in their order; null when the text is no such table. */
export function linesOfCsv(text: string): { lines: string[]; times: string[] } | null {
  const start = text.search(/\S/);
  if (start < 0) return null;
  const end = text.indexOf('\n', start);
  if (end < 0 || end - start > 4000) return null;
  const head = text.slice(start, end);
  for (const separator of [',', '\t', ';']) {
    if (!head.includes(separator)) continue;
    const names = [...fieldsOf(head, separator)].flat().map(clean);
    if (names.length > MAX_COLUMNS) continue;
    const name = TEXT_COLUMNS.find((x) => names.includes(x));
    if (name === undefined) continue;
    return columnsOf(
      text.slice(end + 1),
      separator,
      names.indexOf(name),
      names.findIndex((x) => TIME_COLUMN.test(x)),
    );
  }
  return null;
}

function columnsOf(text: string, separator: string, at: number, timeAt: number): { lines: string[]; times: string[] } {
  // The head stands for an empty line, so that lines are counted as in the file.
  const lines = [''];
  const times: string[] = [''];
  for (const fields of fieldsOf(text, separator)) {
    lines.push(fields[at] ?? fields.at(-1) ?? '');
    times.push(fields[timeAt] ?? '');
  }
  return { lines, times };
}

/** RFC 4180, record by record. */
function* fieldsOf(text: string, separator: string): Generator<string[]> {
  let fields: string[] = [];
  for (let at = 0; at < text.length; ) {
    let field = '';
    if (text[at] === '"') {
      at++;
      for (;;) {
        const quote = text.indexOf('"', at);
        field += text.slice(at, quote < 0 ? text.length : quote);
        at = quote < 0 ? text.length : quote + 1;
        if (text[at] !== '"') break;
        field += '"';
        at++;
      }
    }
    const line = text.indexOf('\n', at);
    const stop = line < 0 ? text.length : line;
    const comma = text.indexOf(separator, at);
    const last = comma < 0 || comma > stop;
    field += text.slice(at, last ? stop : comma);
    at = (last ? stop : comma) + 1;
    fields.push(last ? field.replace(/\r$/, '') : field);
    if (!last && at < text.length) continue;
    yield fields;
    fields = [];
  }
}
