/**
 * What a user does to a running machine. A session is a scenario, a seed and a list of these with their virtual times,
 * so everything that changes a machine from outside must be one of them.
 */
import type { ProcessSpec } from './ops';

export type Signal = 'SIGKILL' | 'SIGTERM' | 'SIGSTOP' | 'SIGCONT';
export const SIGNALS: readonly Signal[] = ['SIGKILL', 'SIGTERM', 'SIGSTOP', 'SIGCONT'];

/** What a user does to the running machine; logged with its virtual time. Same as in scenario files. */
export type Command =
  | { op: 'launch'; program: string; params?: Record<string, string | number>; cgroup?: string }
  | { op: 'kill'; pid: number; signal: Signal }
  | { op: 'oom_score_adj'; pid: number; value: number }
  | { op: 'sysctl'; name: string; value: string }
  | { op: 'sysrq'; key: 'f' | 'm' }
  /** The OOM killer goes by the rules of another year from now on: a name of linux/versions/oom_rules. */
  | { op: 'oom_rules'; name: string }
  | { op: 'cgroup_attach'; pid: number; path: string }
  | CgroupCommand;

/** A path below the mount point: "/web", "/web/db"; "." and ".." are no names. */
export const CGROUP_PATH = /^(\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._@:-]{1,64}){1,8}$/;

/** What is done to control groups; paths are those below the mount point: "/web". */
export type CgroupCommand =
  /** mkdir, of its parents too, all with a memory controller. */
  | { op: 'cgroup_create'; path: string }
  | { op: 'cgroup_remove'; path: string }
  /** A write to one of its memory.* files. */
  | { op: 'cgroup_write'; path: string; file: string; value: string };

export interface TimedCommand {
  /** ns of virtual time. */
  t: number;
  command: Command;
}

/**
 * A command as the machine carries it out: programs resolved to their operations, since the machine knows no program by
 * name. Where `comm` is given it stands for the pid of the newest process of that name.
 */
export type Action =
  | { op: 'spawn'; processes: ProcessSpec[] }
  | { op: 'kill'; pid: number; comm?: string; signal: Signal }
  | { op: 'oom_score_adj'; pid: number; comm?: string; value: number }
  | { op: 'sysctl'; name: string; value: string }
  | { op: 'sysrq'; key: 'f' | 'm' }
  | { op: 'oom_rules'; name: string }
  | { op: 'cgroup_attach'; pid: number; comm?: string; path: string }
  | CgroupCommand;

export interface TimedAction {
  t: number;
  action: Action;
}

/** What was done, and as what the machine carried it out. */
export type LoggedCommand = TimedAction & { command: Command };

/** Why an input was refused: a code with parameters; the words are i18n's. */
export interface Refusal {
  code: string;
  params: Record<string, string | number>;
}

/** Thrown by everything that takes input from a person: files, links, commands. */
export class RefusalError extends Error {
  readonly refusal: Refusal;
  constructor(code: string, params: Record<string, string | number> = {}) {
    super(code);
    this.refusal = { code, params };
  }
}
