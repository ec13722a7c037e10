/** Finds the reports in a log: where each begins and ends. One pass, one look at each line. */
import { cleanLog, type Progress } from './clean';
import { bodyLine, headLine, INVOKED, isMemInfo } from './lines';
import { addKill, newReport, type Open, openAt } from './open';
import { parseKilled } from './parseKill';
import { memInfoLine } from './parseMem';
import { isHeader } from './parseTasks';
import type { KillLine, LogLine, RawReport } from './types';
import { unwrap } from './unwrap';

/** What a log holds: whole reports, and kills whose report is not there. */
export interface ParsedLog {
  reports: RawReport[];
  strays: KillLine[];
  /** Reports of which only the lines of the decision are there: they count where there is no other. */
  ends: RawReport[];
  /** SysRq-f was asked for, and the report of it has not begun. */
  manual: boolean;
}

const OTHER_DUMP = /page allocation (?:failure|stall)|^SysRq : Show Memory|^sysrq: Show Memory/;

/**
 * All reports of a text, in their order.
 *
 * @param text plain, see plain.ts
 */
export function parseLog(text: string, progress?: Progress): ParsedLog {
  const log: ParsedLog = { reports: [], strays: [], ends: [], manual: false };
  const open = new Map<string, Open>();
  for (const l of unwrap(cleanLog(text, progress))) {
    let o = open.get(l.host);
    if (l.text.includes(INVOKED)) {
      if (o && isRepeated(o, l)) continue;
      if (o) close(log, o);
      o = openAt(l, 'head');
      open.set(l.host, o);
      headLine(o.r, l);
    } else if (!o) {
      o = headless(l, log);
      if (o) {
        open.set(l.host, o);
        bodyLine(o, l);
      }
    } else if (o.section === 'foreign') {
      if (!memInfoLine(newReport(l), l.text)) open.delete(l.host);
    } else if (OTHER_DUMP.test(l.text) && (o.section === 'end' || o.section === 'tasks')) {
      close(log, o);
      open.set(l.host, openAt(l, 'foreign'));
    } else if (startsAnother(o, l.text)) {
      close(log, o);
      o = headless(l, log);
      if (o) {
        open.set(l.host, o);
        bodyLine(o, l);
      } else open.delete(l.host);
    } else bodyLine(o, l);
  }
  for (const o of open.values()) close(log, o);
  log.reports.sort((a, b) => a.line - b.line);
  log.strays.sort((a, b) => a.line - b.line);
  log.ends.sort((a, b) => a.line - b.line);
  return log;
}

const MANUAL = /^(?:sysrq: )?(?:SysRq : )?Manual OOM execution/i;
/** A zone's line: with what comes before it lost, the first that tells. */
const WATERMARKS = /^(?:Node \d+ )?[A-Z]\w* free:\d+kB (?:boost:\d+kB )?min:\d/;
/** A row of a table whose header is lost. */
const WHOLE_ROW = /^\[ *\d+\](?: +-?\d+){7,10} +\S/;
/** What the kernel says when there is nobody to kill, or it was told to panic. */
const NOBODY =
  /^(?:Kernel panic - not syncing: )?(?:Out of memory and no killable processes|System is deadlocked on memory|Out of memory: (?:compulsory|system-wide) panic_on_oom)/;

/** A report whose head is missing may begin here. */
function headless(l: LogLine, log: ParsedLog): Open | undefined {
  const begins =
    isMemInfo(l.text) ||
    WATERMARKS.test(l.text) ||
    NOBODY.test(l.text) ||
    isHeader(l.text) ||
    WHOLE_ROW.test(l.text) ||
    l.text.startsWith('Tasks state (memory') ||
    l.text.startsWith('oom-kill:') ||
    l.text.startsWith('memory: usage ') ||
    l.text.startsWith('Task in ') ||
    /[Kk]ill process \d+ \(/.test(l.text);
  if (MANUAL.test(l.text)) log.manual = true;
  if (OTHER_DUMP.test(l.text)) return openAt(l, 'foreign');
  if (begins) {
    const o = openAt(l, 'mem');
    if (log.manual) o.r.order = -1;
    log.manual = false;
    return o;
  }
  const stray = parseKilled(l);
  if (stray) addKill(log.strays, stray);
  return undefined;
}

/** The first line of a report once more, which a log shipper repeated. */
const isRepeated = ({ r, section }: Open, l: LogLine): boolean =>
  section === 'head' && r.lastLine === r.line && r.time === l.time && l.text.startsWith(`${r.invoker?.comm} invoked`);

/** The line belongs to a report that comes after the open one, whose head is missing. */
function startsAnother(o: Open, text: string): boolean {
  const { r } = o;
  if (MANUAL.test(text)) return true;
  const decided = r.kills.length > 0 || r.panic !== null || r.reaped.length > 0;
  const done = r.kills.length > 0 || r.panic !== null;
  if (isMemInfo(text)) return done || (r.memInfo && (r.table !== null || decided));
  if (isHeader(text)) return done || (decided && r.table !== null);
  // The two lines of one decision may have changed places on the way.
  const same = r.summary === null && r.kills.length > 0 && text.includes(`,pid=${r.kills[0].pid},`);
  if (text.startsWith('oom-kill:')) return !same && (decided || r.summary !== null);
  if (/\b[Kk]ill process \d+ \(/.test(text)) return r.selected !== null && r.kills.length > 0;
  return false;
}

const isDecided = (r: RawReport): boolean => r.kills.length > 0 || r.selected !== null || r.summary !== null;

/** Ends a report; what has no sign of an OOM kill was some other dump. */
function close(log: ParsedLog, o: Open): void {
  const { r } = o;
  if (o.section === 'foreign') return;
  // Rows without a header, of which nobody was killed, are something else.
  const table = r.table !== null && (r.table.columns !== null || r.table.rows.length === 0 || isDecided(r));
  const evidence = r.invoker !== null || table || r.noKillable;
  if (!evidence && (r.summary !== null || (r.selected !== null && r.kills.length > 0))) log.ends.push(r);
  if (evidence || (r.memInfo && (r.summary !== null || r.kills.length > 0))) log.reports.push(r);
  else if (r.cgroup !== null && (r.kills.length > 0 || r.selected !== null)) log.reports.push(r);
  else if (r.kills.length > 0) for (const k of r.kills) addKill(log.strays, k);
  else if (r.selected !== null) log.reports.push(r);
}
