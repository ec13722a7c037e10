/**
 * PID 1 of the recordings: starts workers, tells them one thing at a time and waits for the answer, and takes samples. Time
 * and order are as in the guest program, so that a script means the same here.
 */
import { mmExec } from '../../linux/fs/exec';
import type { Kernel } from '../../linux/include/kernel';
import { TASK_DEAD, type Task } from '../../linux/include/sched';
import { MS, SEC } from '../../linux/include/units';
import { writeCgroupFile } from '../../linux/kernel/cgroup';
import { findTask } from '../../linux/kernel/sched/core';
import { writeOomScoreAdj } from '../../linux/kernel/sysctl';
import { refreshVmStats } from '../../linux/mm/vmstat';
import { guestImage } from './image';
import { type Loop, run, startJob } from './loop';
import type { ReplayResult, ReplaySample } from './output';
import { takeSample } from './sample';
import { PROC_FILES, PROCESS, type SlabUse, takeSlab, WORKER } from './slab';
import { forkChild, type Worker, workerOp } from './worker';
import { retry } from './worker_steps';

/** A line of the script that the model has no answer to. */
export class UnsupportedError extends Error {}

/** ns that PID 1 is busy with one sample: it prints some 20 kB over an emulated serial line. */
const SAMPLE_TIME = 40 * MS;
/** ns after which PID 1 no longer waits for an answer. */
export const STALL = 240 * SEC;

/** A process PID 1 knows. */
interface Proc {
  name: string;
  pid: number;
  /** PID 1 holds it for alive. */
  alive: boolean;
  /** Started by PID 1 itself; else by a worker's fork. */
  direct: boolean;
  worker: Worker | null;
  /** Its files in /proc have been read. */
  seen: boolean;
}

export interface Guest {
  k: Kernel;
  loop: Loop;
  init: Task;
  /** Inode of the guest's program. */
  program: number;
  /** Mounted tmpfs instances: directory and size in pages. */
  tmpfs: { dir: string; limit: number }[];
  disk: number;
  slab: SlabUse;
  procs: Proc[];
  deaths: number;
  quiet: boolean;
  samples: ReplaySample[];
  results: ReplayResult[];
}

const dead = (k: Kernel, pid: number): boolean => {
  const t = findTask(k, pid);
  return t === null || t.state === TASK_DEAD;
};

/** waitpid(WNOHANG) for all children, and a look whether the workers' children are still there. */
export function reap(g: Guest): void {
  for (const p of g.procs) {
    if (!p.alive || !dead(g.k, p.pid)) continue;
    p.alive = false;
    g.deaths++;
  }
}

/** nanosleep; the machine goes on meanwhile. */
export const msleep = (g: Guest, ms: number): void => run(g.loop, () => false, g.k.now + ms * MS);

const runAll = (g: Guest): void => run(g.loop, () => false, g.k.now + SAMPLE_TIME);

export function sample(g: Guest, label: string): void {
  reap(g);
  refreshVmStats(g.k);
  g.samples.push(takeSample(g, label));
  for (const p of g.procs) {
    if (p.alive && !p.seen) takeSlab(g.k, g.slab, PROC_FILES);
    p.seen = true;
  }
  runAll(g);
}

export const find = (g: Guest, name: string): Proc | undefined => g.procs.find((p) => p.name === name);

/** One command, one acknowledgement. -1: the worker is dead or died; 1: it answered with an error. */
export function tell(g: Guest, name: string, command: string): number {
  const p = find(g, name);
  const task = p && findTask(g.k, p.pid);
  if (!p?.alive || !p.worker || !task) {
    reap(g);
    return -1;
  }
  let reply = '';
  const worker = p.worker;
  startJob(
    g.loop,
    task,
    (function* () {
      reply = yield* workerOp(g, worker, task, command);
    })(),
  );
  const answered = (): boolean => reply !== '' || dead(g.k, p.pid);
  // PID 1 looks around every 200 ms while it waits.
  const patience = g.k.now + STALL;
  while (!answered() && g.k.panic === '') {
    if (g.k.now > patience) return -2;
    run(g.loop, answered, g.k.now + 200 * MS);
    if (reply === '') reap(g);
    if (!p.alive) return -1;
  }
  if (reply === '') {
    reap(g);
    return -1;
  }
  if (reply.startsWith('pids')) adoptChildren(g, name, reply);
  if (!g.quiet || !reply.startsWith('ok')) g.results.push({ op: 'ack', worker: name, command, reply });
  return reply.startsWith('err') ? 1 : 0;
}

function adoptChildren(g: Guest, name: string, reply: string): void {
  const pids = reply.split(' ').slice(1).map(Number);
  for (const [i, pid] of pids.entries()) {
    g.procs.push({ name: `${name.slice(0, 11)}.${i}`, pid, alive: true, direct: false, worker: null, seen: false });
    takeSlab(g.k, g.slab, PROCESS);
  }
}

/** fork, oom_score_adj, execve; PID 1 waits for the new worker's first word. */
export function spawn(g: Guest, longName: string, adj: number, cgroup: string): void {
  const { k, loop } = g;
  const name = longName.slice(0, 15);
  let pid = 0;
  startJob(
    loop,
    g.init,
    (function* () {
      pid = yield* forkChild(k, g.init, name);
    })(),
  );
  run(loop, () => pid !== 0, k.now + STALL);
  const child = findTask(k, pid);
  if (!child) return;
  let ready = false;
  startJob(
    loop,
    child,
    (function* () {
      writeOomScoreAdj(k, child, pid, adj);
      if (cgroup !== '') writeCgroupFile(k, `${cgroup}/cgroup.procs`, String(pid));
      yield* retry(() => mmExec(k, child, guestImage(g.program)));
      ready = true;
    })(),
  );
  g.procs.push({
    name,
    pid,
    alive: true,
    direct: true,
    worker: { name, pid, regions: [], reserved: null, begun: false },
    seen: false,
  });
  takeSlab(k, g.slab, WORKER);
  run(loop, () => ready || dead(k, pid), k.now + STALL);
}
