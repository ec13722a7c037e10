/**
 * The script of a recording, as PID 1 carries it out: line by line, with waits and samples as in the guest program.
 */
import { sysrqOom } from '../../linux/drivers/tty/sysrq';
import { ENOENT } from '../../linux/include/errno';
import { MS } from '../../linux/include/units';
import { CGROUP_ROOT, cgroupMkdir, writeCgroupFile } from '../../linux/kernel/cgroup';
import { findTask, sendSigkill, wakeUpProcess } from '../../linux/kernel/sched/core';
import { writeSysctl } from '../../linux/kernel/sysctl';
import { setupPerZoneLowmemReserve } from '../../linux/mm/page_alloc';
import { refreshVmStats } from '../../linux/mm/vmstat';
import { find, type Guest, msleep, reap, STALL, sample, spawn, tell, UnsupportedError } from './guest';
import { run, waitForInput } from './loop';
import { SAMPLE_FILES, takeSlab } from './slab';

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

/** settle: free pages that count as standing still. */
const SETTLED = 16;

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
        takeSlab(g.k, g.slab, SAMPLE_FILES);
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
