/** Finds the reports in a log, and puts each of its lines where it belongs. One pass, one look at each line. */
import { cleanLog, type Progress } from './clean';
import { parseKilled, parseReaped, parseSelected, parseSummary } from './parseKill';
import { cgroupLine, memInfoLine } from './parseMem';
import { countNumbers, inferColumns, isHeader, isRow, newTable, parseHeader, parseRow } from './parseTasks';
import { parseRelease } from './release';
import type { KillLine, LogLine, RawReport } from './types';
import { unwrap } from './unwrap';

/** What a log holds: whole reports, and kills whose report is not there. */
export interface ParsedLog {
  reports: RawReport[];
  strays: KillLine[];
}

export const newReport = (l: LogLine): RawReport => ({
  line: l.n,
  lastLine: l.n,
  host: l.host,
  time: l.time,
  stamp: l.stamp,
  invoker: null,
  uname: null,
  gfp: null,
  order: null,
  workqueue: null,
  cpuset: null,
  memsAllowed: null,
  stack: [],
  counts: {},
  nodes: [],
  zones: [],
  hugePages: [],
  totals: {},
  freeSwapKb: null,
  totalSwapKb: null,
  slabs: [],
  memInfo: false,
  cgroup: null,
  table: null,
  summary: null,
  selected: null,
  kills: [],
  reaped: [],
  group: false,
  groupPath: null,
  noKillable: false,
  panic: null,
  alreadyExiting: null,
  cuts: [],
  tableCut: false,
  oldKillForm: false,
});

/** Rows, stack frames and caches of one report that are kept: more is damage. */
const MAX_ROWS = 200_000;
const MAX_STACK = 200;
const MAX_SLABS = 2000;

type Section = 'head' | 'mem' | 'stats' | 'slab' | 'tasks' | 'end' | 'foreign';

/** A report that is being read. */
interface Open {
  r: RawReport;
  section: Section;
  /** The last thing read was a table's row or header. */
  inTable: boolean;
}

const INVOKED = ' invoked oom-killer';
const OTHER_DUMP = /page allocation (?:failure|stall)|^SysRq : Show Memory|^sysrq: Show Memory/;
const CUT = /^(?:\.\.\.|<snip>|\[\.\.\.\]|\[snip\]|…)\s*$/;
const FRAME =
  /^(?:\[<[0-9a-f]+>\] )?(?:\[[0-9a-fx]+\] \[[0-9a-fx]+\] )?\.?(\? )?([A-Za-z_][\w.]*)\+0x[0-9a-f]+\/0x[0-9a-f]+/;
/** Behind the letters of the taint, and the dashes that distributions put there. */
const UNAME = /\b(?:Not tainted|Tainted:)[^\n]{0,200}?\s(\d+\.\d+\S*)/;

/**
 * All reports of a text, in their order.
 *
 * @param text plain, see plain.ts
 */
export function parseLog(text: string, progress?: Progress): ParsedLog {
  const log: ParsedLog = { reports: [], strays: [] };
  const open = new Map<string, Open>();
  for (const l of unwrap(cleanLog(text, progress))) {
    let o = open.get(l.host);
    if (l.text.includes(INVOKED)) {
      if (o) close(log, o);
      o = { r: newReport(l), section: 'head', inTable: false };
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
      open.set(l.host, { r: newReport(l), section: 'foreign', inTable: false });
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
  return log;
}

/** A report whose head is missing may begin here. */
function headless(l: LogLine, log: ParsedLog): Open | undefined {
  const begins =
    l.text === 'Mem-Info:' ||
    isHeader(l.text) ||
    l.text.startsWith('Tasks state (memory') ||
    l.text.startsWith('oom-kill:') ||
    l.text.startsWith('memory: usage ') ||
    l.text.startsWith('Task in ') ||
    /[Kk]ill process \d+ \(/.test(l.text);
  if (OTHER_DUMP.test(l.text)) return { r: newReport(l), section: 'foreign', inTable: false };
  if (begins) return { r: newReport(l), section: 'mem', inTable: false };
  const stray = parseKilled(l);
  if (stray) addKill(log.strays, stray);
  return undefined;
}

/** The line belongs to a report that comes after the open one, whose head is missing. */
function startsAnother(o: Open, text: string): boolean {
  const { r } = o;
  const decided = r.kills.length > 0 || r.panic !== null || r.reaped.length > 0;
  if (text === 'Mem-Info:') return r.memInfo && (r.table !== null || decided);
  if (isHeader(text)) return decided && r.table !== null;
  if (text.startsWith('oom-kill:')) return decided || r.summary !== null;
  if (/\b[Kk]ill process \d+ \(/.test(text)) return r.selected !== null && r.kills.length > 0;
  return false;
}

/** Ends a report; what has no sign of an OOM kill was some other dump. */
function close(log: ParsedLog, o: Open): void {
  const { r } = o;
  if (o.section === 'foreign') return;
  const evidence = r.invoker !== null || r.table !== null || r.noKillable;
  if (evidence || (r.memInfo && (r.summary !== null || r.kills.length > 0))) log.reports.push(r);
  else if (r.cgroup !== null && (r.kills.length > 0 || r.selected !== null)) log.reports.push(r);
  else if (r.kills.length > 0) for (const k of r.kills) addKill(log.strays, k);
  else if (r.selected !== null) log.reports.push(r);
}

/** Log shippers repeat lines. */
function addKill(kills: KillLine[], k: KillLine): void {
  const near = kills.slice(-60);
  if (!near.some((x) => x.pid === k.pid && x.comm === k.comm && x.totalVmKb === k.totalVmKb)) kills.push(k);
}

/** The first line. */
export function headLine(r: RawReport, l: LogLine): void {
  const at = l.text.indexOf(INVOKED);
  const rest = l.text.slice(at + INVOKED.length);
  const adj = /oom_score_adj=(-?\d+)/.exec(rest) ?? /\b(?:oom_adj|oomkilladj)=(-?\d+)/.exec(rest);
  r.invoker = { comm: l.text.slice(0, at), pid: null, adj: adj ? Number(adj[1]) : null };
  const gfp = /gfp_mask=(0x[0-9a-fA-F]{1,8}|0)(?:\(([^)]*)\))?/.exec(rest);
  if (gfp) r.gfp = { mask: Number(gfp[1]), names: gfp[2] ?? null };
  const order = /order=(-?\d+)/.exec(rest);
  if (order) r.order = Number(order[1]);
}

function bodyLine(o: Open, l: LogLine): void {
  const { r } = o;
  const { text } = l;
  if (CUT.test(text)) {
    r.cuts.push(l.n);
    if (o.inTable) r.tableCut = true;
    return;
  }
  if (decisionLine(o, l) || tableLine(o, l)) {
    r.lastLine = l.n;
    return;
  }
  if (o.section === 'end') return;
  if (text === 'Mem-Info:') {
    r.memInfo = true;
    o.section = 'mem';
  } else {
    const inStats = o.section === 'stats';
    const group = cgroupLine(r, text, inStats);
    if (group === 'stats') o.section = 'stats';
    else if (group === 'yes') o.section = 'mem';
    else if (memInfoLine(r, text)) {
      r.memInfo = true;
      if (o.section !== 'slab') o.section = 'mem';
    } else if (o.section === 'slab') {
      const slab = /^(\S.{0,60}?) +(\d+)KB +(\d+)KB$/.exec(text);
      if (slab && r.slabs.length < MAX_SLABS)
        r.slabs.push({ name: slab[1], usedKb: Number(slab[2]), totalKb: Number(slab[3]) });
      else if (!slab) return;
    } else if (text.startsWith('Unreclaimable slab info')) o.section = 'slab';
    else if (o.section === 'head' || o.section === 'mem') {
      if (!stackLine(r, text)) return;
    } else return;
  }
  r.lastLine = l.n;
}

/** The stack dump, and what is printed with it. */
function stackLine(r: RawReport, text: string): boolean {
  const frame = FRAME.exec(text);
  if (frame) {
    if (r.stack.length < MAX_STACK && !frame[1]) r.stack.push(frame[2]);
    return true;
  }
  if (text.startsWith('CPU: ') || text.startsWith('Pid: ')) {
    const uname = UNAME.exec(text);
    if (uname) r.uname ??= uname[1];
    const cpu =
      /\bPID: (\d+) Comm: (.*?) (?:Not tainted|Tainted|Kdump)/.exec(text) ??
      /^Pid: (\d+), comm: (.*?) (?:Not tainted|Tainted)/.exec(text);
    if (cpu && r.invoker) {
      r.invoker.pid ??= Number(cpu[1]);
      // Console output may stand in front of the first line's name.
      if (r.invoker.comm !== cpu[2] && r.invoker.comm.endsWith(cpu[2])) r.invoker.comm = cpu[2];
    }
    return true;
  }
  if (text.startsWith('Workqueue: ')) {
    r.workqueue = text.slice(11);
    return true;
  }
  const cpuset = /^\S.{0,30} cpuset=(\S+) mems_allowed=(\S+)$/.exec(text);
  if (cpuset) {
    r.cpuset = cpuset[1];
    r.memsAllowed = cpuset[2];
    return true;
  }
  return /^(?:Call [Tt]race|Hardware name|<\/?TASK>)/.test(text);
}

/** Header, rows, and what can be saved of a row. */
function tableLine(o: Open, l: LogLine): boolean {
  const { r } = o;
  const { text } = l;
  if (text.startsWith('Tasks state (memory')) {
    r.table ??= newTable(null);
    o.section = 'tasks';
    return true;
  }
  if (isHeader(text)) {
    const columns = parseHeader(text);
    if (r.table === null || r.table.rows.length === 0) r.table = newTable(columns);
    o.section = 'tasks';
    o.inTable = true;
    // Rows are usually found below it; without, the table was cut.
    return true;
  }
  if (!isRow(text) || r.kills.length > 0) return false;
  r.table ??= newTable(null);
  const { table } = r;
  const columns =
    table.columns ??
    inferColumns(countNumbers(text), r.uname ? parseRelease(r.uname) : null, text.replace(/^\[.*?\]/, ''));
  const row = columns && parseRow(text, columns, 4096, l.n);
  if (row && table.rows.length < MAX_ROWS) table.rows.push(row);
  else table.damaged++;
  o.section = 'tasks';
  o.inTable = true;
  return true;
}

/** The decision and what follows it. */
function decisionLine(o: Open, l: LogLine): boolean {
  const { r } = o;
  const { text } = l;
  const killed = parseKilled(l);
  if (killed) {
    addKill(r.kills, killed);
    o.section = 'end';
    o.inTable = false;
    return true;
  }
  const selected = parseSelected(text, l.n);
  if (selected) {
    r.selected = selected;
    r.oldKillForm = true;
    o.section = 'end';
    o.inTable = false;
    return true;
  }
  if (text.startsWith('oom-kill:')) {
    r.summary = parseSummary(text);
    o.section = 'end';
    o.inTable = false;
    return true;
  }
  if (text.startsWith('oom_reaper:')) {
    const reaped = parseReaped(l);
    if (reaped) r.reaped.push(reaped);
    return true;
  }
  if (text.startsWith('Tasks in ') && text.includes('memory.oom.group')) {
    r.group = true;
    r.groupPath = /^Tasks in (.*) are going to be killed due to memory/.exec(text)?.[1] ?? null;
    return true;
  }
  if (text.includes('no killable processes')) r.noKillable = true;
  const panic = /^Kernel panic - not syncing: (.*)$/.exec(text);
  if (panic) {
    r.panic ??= panic[1];
    if (r.panic.includes('no killable processes')) r.noKillable ||= r.kills.length === 0;
    o.section = 'end';
    return true;
  }
  const exiting = /OOM victim (\d+) \((.*)\) is already exiting/.exec(text);
  if (exiting) r.alreadyExiting = { pid: Number(exiting[1]), comm: exiting[2] };
  if (r.noKillable && text.includes('no killable processes')) {
    o.section = 'end';
    return true;
  }
  return exiting !== null;
}
