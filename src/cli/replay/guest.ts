/**
 * PID 1 of the recordings: reads the script line by line, starts workers, tells them one thing at a time and waits for
 * the answer, and takes samples. Time and order are as in the guest program, so that a script means the same here.
 */
import { sysrqOom } from '../../linux/drivers/tty/sysrq';
import { mmExec } from '../../linux/fs/exec';
import { ENOENT } from '../../linux/include/errno';
import type { Kernel } from '../../linux/include/kernel';
import { TASK_DEAD, type Task } from '../../linux/include/sched';
import { MS, SEC } from '../../linux/include/units';
import { CGROUP_ROOT, cgroupMkdir, writeCgroupFile } from '../../linux/kernel/cgroup';
import { findTask, sendSigkill, wakeUpProcess } from '../../linux/kernel/sched/core';
import { writeOomScoreAdj, writeSysctl } from '../../linux/kernel/sysctl';
import { setupPerZoneLowmemReserve } from '../../linux/mm/page_alloc';
import { refreshVmStats } from '../../linux/mm/vmstat';
import { guestImage } from './image';
import { type Loop, run, startJob, waitForInput } from './loop';
import type { ReplayResult, ReplaySample } from './output';
import { takeSample } from './sample';
import { PROC_FILES, PROCESS, SAMPLE_FILES, type SlabUse, takeSlab } from './slab';
import { forkChild, retry, type Worker, workerOp } from './worker';

/** A line of the script that the model has no answer to. */
export class UnsupportedError extends Error {}

/** ns that PID 1 is busy with one sample: it prints some 20 kB over an emulated serial line. */
const SAMPLE_TIME = 40 * MS;
/** ns after which PID 1 no longer waits for an answer. */
const STALL = 240 * SEC;
/** settle: free pages that count as standing still. */
const SETTLED = 16;

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
function reap(g: Guest): void {
  for (const p of g.procs) {
    if (!p.alive || !dead(g.k, p.pid)) continue;
    p.alive = false;
    g.deaths++;
  }
}

/** nanosleep; the machine goes on meanwhile. */
const msleep = (g: Guest, ms: number): void => run(g.loop, () => false, g.k.now + ms * MS);

const runAll = (g: Guest): void => run(g.loop, () => false, g.k.now + SAMPLE_TIME);

function sample(g: Guest, label: string): void {
  reap(g);
  refreshVmStats(g.k);
  if (g.samples.length === 0) takeSlab(g.k, g.slab, SAMPLE_FILES);
  g.samples.push(takeSample(g, label));
  for (const p of g.procs) {
    if (p.alive && !p.seen) takeSlab(g.k, g.slab, PROC_FILES);
    p.seen = true;
  }
  runAll(g);
}

const find = (g: Guest, name: string): Proc | undefined => g.procs.find((p) => p.name === name);

/** One command, one acknowledgement. -1: the worker is dead or died; 1: it answered with an error. */
function tell(g: Guest, name: string, command: string): number {
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
function spawn(g: Guest, longName: string, adj: number, cgroup: string): void {
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
  takeSlab(k, g.slab, PROCESS);
  run(loop, () => ready || dead(k, pid), k.now + STALL);
}

/** write(2) to a file of /proc or /sys. Returns the errno. */
function writeFile(g: Guest, path: string, value: string): number {
  if (path.startsWith('/proc/sys/vm/')) return Math.abs(writeSysctl(g.k, path, value.trim()));
  if (path === '/proc/sysrq-trigger') {
    if (value[0] === 'f') sysrqOom(g.k);
    return 0;
  }
  if (path.startsWith('/sys/kernel/mm/lru_gen/')) return Math.abs(writeSysctl(g.k, path, value.trim()));
  if (path.startsWith(CGROUP_ROOT)) return writeCgroup(g, path, value);
  return ENOENT;
}

/** write(2) to a file of a cgroup; it returns when PID 1 has reclaimed what the new limit asks for. */
function writeCgroup(g: Guest, path: string, value: string): number {
  const { k, init } = g;
  k.current = init.pid;
  const { error, work } = writeCgroupFile(k, path, value);
  if (work === null) return Math.abs(error);
  init.memcgWork = work;
  wakeUpProcess(k, init);
  run(g.loop, () => init.memcgWork === null, k.now + STALL);
  waitForInput(k, init);
  return Math.abs(work.result);
}

/** settle: waits until free memory stands still. */
function settle(g: Guest, ms: number): void {
  const start = g.k.now;
  let last = -1;
  let same = 0;
  while (g.k.now - start < ms * MS && same < 3 && g.k.panic === '') {
    refreshVmStats(g.k);
    const free = g.k.zones.reduce((n, z) => n + z.free, 0);
    same = Math.abs(free - last) < SETTLED ? same + 1 : 0;
    last = free;
    msleep(g, 20);
  }
}

/** steps: repeats one command with samples in between until enough processes are dead. */
function steps(g: Guest, count: number, rest: string): void {
  const m = /^(?:kills=(-?\d+) )?(?:settle=(-?\d+) )?(?:every=(-?\d+) )?(\S+) (.*)$/.exec(rest);
  const kills = Number(m?.[1] ?? 1);
  const pause = Number(m?.[2] ?? 0);
  const every = Number(m?.[3] ?? 1) || 1;
  const worker = m?.[4] ?? '';
  const command = m?.[5] ?? '';
  const deathsBefore = g.deaths;
  const quiet = g.quiet;
  g.quiet = true;
  let step = 1;
  for (; step <= count && g.k.panic === ''; step++) {
    const deaths = g.deaths;
    const answer = tell(g, worker, command);
    if (g.k.panic !== '') return;
    if (g.deaths !== deaths) {
      msleep(g, 50);
      sample(g, 'after-kill');
    }
    if (answer) break;
    if (g.deaths - deathsBefore >= kills) break;
    if (pause) msleep(g, pause);
    if (step % every === 0 && g.deaths === deaths) sample(g, `step-${step}`);
  }
  g.quiet = quiet;
  g.results.push({ op: 'steps', worker, done: step, deaths: g.deaths - deathsBefore });
}

function mount(g: Guest, type: string, dir: string, options: string): void {
  if (type !== 'tmpfs') return;
  const percent = /size=(\d+)%/.exec(options);
  const limit = percent ? Math.floor((g.k.totalramPages * Number(percent[1])) / 100) : g.k.totalramPages >> 1;
  g.tmpfs.push({ dir, limit });
}

/** Runs lines of the script. Throws UnsupportedError at one that the model has no answer to. */
export function runScript(g: Guest, lines: readonly string[]): void {
  for (let i = 0; i < lines.length; i++) {
    if (g.k.panic !== '') return;
    const line = lines[i].trim();
    const [op, a = '', b = '', c = '', d = ''] = line.split(/\s+/);
    const rest = line.replace(/^\S+\s+\S+\s*/, '');
    switch (op) {
      case '':
      case '#':
      case 'note':
      case 'watch':
      case 'dump':
      case 'exact':
      case 'insmod': // before the recorded state was taken, as is every swapon
      case 'swapon':
        break;
      case 'facts':
        // Reading vm.lowmem_reserve_ratio computes the reserves anew.
        setupPerZoneLowmemReserve(g.k);
        break;
      case 'sysctl':
      case 'echo': {
        const path = op === 'sysctl' ? `/proc/sys/${a}` : a;
        const errno = writeFile(g, path, rest);
        g.results.push({ op: 'set', path, value: rest, errno });
        break;
      }
      case 'mkdir':
        if (a.startsWith(CGROUP_ROOT)) cgroupMkdir(g.k, a.slice(CGROUP_ROOT.length));
        break;
      case 'mount':
        mount(g, a, c, d);
        break;
      case 'spawn':
        spawn(g, a, Number(b) || 0, c);
        break;
      case 'do':
        tell(g, a, rest);
        break;
      case 'sample':
        sample(g, a);
        break;
      case 'wait':
        msleep(g, Number(a) || 0);
        reap(g);
        break;
      case 'quiet':
        g.quiet = Number(a) > 0;
        break;
      case 'kill': {
        const p = find(g, a);
        const task = p && findTask(g.k, p.pid);
        if (task) sendSigkill(g.k, task);
        msleep(g, 300);
        reap(g);
        break;
      }
      case 'settle':
        settle(g, Number(a) || 0);
        break;
      case 'steps':
        steps(g, Number(a) || 0, rest);
        break;
      case 'rounds': {
        let end = i + 1;
        while (end < lines.length && !lines[end].startsWith('endrounds')) end++;
        const kills = Number(/kills=(\d+)/.exec(rest)?.[1] ?? 1);
        const deaths = g.deaths;
        const quiet = g.quiet;
        g.quiet = true;
        const body = lines.slice(i + 1, end);
        for (let n = 0; n < Number(a) && g.deaths - deaths < kills && g.k.panic === ''; n++) runScript(g, body);
        g.quiet = quiet;
        i = end;
        break;
      }
      case 'endrounds':
        break;
      default:
        throw new UnsupportedError(`line ${i + 1} of the script: ${op}`);
    }
  }
}
