/** The lines of the decision: the summary, the kill, the reaper. */
import type { KillLine, LogLine, RawReport, ReaperLine, SelectedLine, Summary } from './types';

const kb = (text: string, name: string): number | null => {
  const at = text.indexOf(`${name}:`);
  if (at < 0) return null;
  const m = /^(\d+)kB/.exec(text.slice(at + name.length + 1, at + name.length + 24));
  return m ? Number(m[1]) : null;
};

/** "Killed process 12 (name) total-vm:..." in all its forms, or null. */
export function parseKilled(l: LogLine): KillLine | null {
  const at = l.text.indexOf('Killed process ');
  if (at < 0) return null;
  const m = /^Killed process (\d+)(?:, UID (\d+),)? ?\(/.exec(l.text.slice(at, at + 64));
  if (!m) return null;
  const rest = l.text.slice(at + m[0].length);
  const close = closing(rest);
  if (close < 0) return null;
  const tail = rest.slice(close + 1);
  const uid = /\bUID:? ?(\d+)/.exec(tail);
  const adj = /oom_score_adj:(-?\d+)/.exec(tail);
  return {
    pid: Number(m[1]),
    comm: rest.slice(0, close),
    message: l.text.slice(0, at).replace(/:? *$/, ''),
    totalVmKb: kb(tail, 'total-vm') ?? kb(tail, 'vsz'),
    anonKb: kb(tail, 'anon-rss'),
    fileKb: kb(tail, 'file-rss'),
    shmemKb: kb(tail, 'shmem-rss'),
    pgtablesKb: kb(tail, 'pgtables'),
    uid: m[2] ? Number(m[2]) : uid ? Number(uid[1]) : null,
    adj: adj ? Number(adj[1]) : null,
    line: l.n,
    time: l.time,
  };
}

/** Where a name in parentheses ends: it may hold parentheses itself, and a cut line may lack what follows. */
function closing(text: string): number {
  for (const mark of [') total-vm', '), UID', ') score', ') with score', '), now']) {
    const at = text.indexOf(mark);
    if (at >= 0) return at;
  }
  return text.slice(0, 80).lastIndexOf(')');
}

/** In front of a kill by vm.oom_kill_allocating_task. */
const ALLOCATING = 'oom_kill_allocating_task';

/** The line of a kill says that whoever asked was to die. */
export const isAllocating = (r: RawReport): boolean =>
  [r.kills[0], r.selected].some((x) => x?.message.includes(ALLOCATING));

/** "Kill process 12 (name) score 34 or sacrifice child": the selected one, or null. */
export function parseSelected(text: string, line: number): SelectedLine | null {
  const at = text.search(/\b[Kk]ill process \d/);
  if (at < 0) return null;
  const m = /^[Kk]ill process (\d+)(?:, UID \d+,)? ?\(/.exec(text.slice(at, at + 64));
  if (!m) return null;
  const rest = text.slice(at + m[0].length);
  const close = closing(rest);
  if (close < 0) return null;
  const score = /^\)(?: with)? score (\d+)/.exec(rest.slice(close));
  return {
    pid: Number(m[1]),
    comm: rest.slice(0, close),
    score: score ? Number(score[1]) : null,
    message: text.slice(0, at).replace(/:? *$/, ''),
    line,
  };
}

const field = (text: string, name: string): string | null => {
  const m = new RegExp(`[:,]${name}=([^,]*)`).exec(text);
  return m ? m[1] : null;
};

/** "oom-kill:constraint=...", as far as it is there. */
export function parseSummary(text: string): Summary | null {
  if (!text.startsWith('oom-kill:')) return null;
  const victim = /,task=(.*),pid=(\d+)(?:,uid=(\d+))?$/.exec(text);
  const nodemask = /[:,]nodemask=(.*?)(?:,[a-z]|$)/.exec(text);
  const mems = /,mems_allowed=([\d,-]*?)(?:,[a-z]|$)/.exec(text);
  return {
    constraint: field(text, 'constraint'),
    nodemask: nodemask ? nodemask[1] : null,
    cpuset: field(text, 'cpuset'),
    memsAllowed: mems ? mems[1] : null,
    global: text.includes(',global_oom'),
    oomMemcg: field(text, 'oom_memcg'),
    taskMemcg: field(text, 'task_memcg'),
    task: victim ? victim[1] : null,
    pid: victim ? Number(victim[2]) : null,
    uid: victim?.[3] ? Number(victim[3]) : null,
  };
}

export function parseReaped(l: LogLine): ReaperLine | null {
  const m = /^oom_reaper: reaped process (\d+) \(/.exec(l.text);
  if (!m) return null;
  const rest = l.text.slice(m[0].length);
  const close = closing(rest);
  if (close < 0) return null;
  return { pid: Number(m[1]), comm: rest.slice(0, close), anonKb: kb(rest, 'anon-rss'), time: l.time, line: l.n };
}
