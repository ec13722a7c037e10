/** Puts each line of a report where it belongs. */
import { addKill, type Open } from './open';
import { parseKilled, parseReaped, parseSelected, parseSummary } from './parseKill';
import { cgroupLine, memInfoLine } from './parseMem';
import { countNumbers, inferColumns, isHeader, isRow, newTable, parseHeader, parseRow } from './parseTasks';
import { parseRelease } from './release';
import type { LogLine, RawReport } from './types';

/** Kernels before 2.6.36 write it in two ways. */
export const isMemInfo = (text: string): boolean => text === 'Mem-Info:' || text === 'Mem-info:';

/** Behind the name of who asked, in a report's first line. */
export const INVOKED = ' invoked oom-killer';

/** Rows, stack frames and caches of one report that are kept: more is damage. */
const MAX_ROWS = 200_000;

const MAX_STACK = 200;

const MAX_SLABS = 2000;

/** What people put where they took lines out. */
const CUT =
  /^[([<{*-]{0,3} ?(?:(?:\.{3,12}|…) ?\(?(?:snip(?:ped)?|cut|call trace)?|snip(?:ped)?|cut)[\s.…)\]>}*-]{0,8}$/i;

const FRAME =
  /^(?:\[<[0-9a-f]+>\] )?(?:\[[0-9a-fx]+\] \[[0-9a-fx]+\] )?\.?(\? )?([A-Za-z_][\w.]*)\+0x[0-9a-f]+\/0x[0-9a-f]+/;

/** Behind the letters of the taint, and the dashes that distributions put there. */
const UNAME = /\b(?:Not tainted|Tainted:)[^\n]{0,200}?\s(\d+\.\d+\S*)/;

/** The first line. */
export function headLine(r: RawReport, l: LogLine): void {
  const at = l.text.indexOf(INVOKED);
  const rest = l.text.slice(at + INVOKED.length);
  const adj = /oom_score_adj=(-?\d+)/.exec(rest) ?? /\b(?:oom_adj|oomkilladj)=(-?\d+)/.exec(rest);
  r.invoker = { comm: l.text.slice(0, at), pid: null, adj: adj ? Number(adj[1]) : null };
  const gfp = /gfp_mask=(0x[0-9a-fA-F]{1,8}|0)(?:\(([^)]*)\))?/.exec(rest);
  if (gfp) r.gfp = { mask: Number(gfp[1]), names: gfp[2] ?? null };
  r.oldHead = rest.includes('oomkilladj=') || (rest.includes('oom_adj=') && !rest.includes('oom_score_adj='));
  const order = /order=(-?\d+)/.exec(rest);
  // No kernel has blocks of 2^32 pages: that is no order.
  if (order && Number(order[1]) < 32) r.order = Number(order[1]);
}

export function bodyLine(o: Open, l: LogLine): void {
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
  if (isMemInfo(text)) {
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
  if (row && table.rows.length < MAX_ROWS) {
    // Log shippers repeat lines: a process is listed once.
    if (!o.pids.has(row.pid)) table.rows.push(row);
    o.pids.add(row.pid);
  } else table.damaged++;
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
