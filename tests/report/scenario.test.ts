/** A machine built from a report runs out of memory again, and the same process dies. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../../scripts/lib/root.mjs';
import { runSession } from '../../src/cli/run';
import { cannotRebuild, REBUILD_CODES, rebuildNote } from '../../src/i18n/en-rebuild';
import { audit } from '../../src/linux/audit';
import { createMachine } from '../../src/machine/boot';
import { type Explained, explainText } from '../../src/report/explain';
import { rebuild } from '../../src/report/scenario';
import { splitRss } from '../../src/report/scenario/split';
import { compileScenario } from '../../src/scenario/compile';
import { parseScenario, type Scenario, sessionOf } from '../../src/scenario/schema';
import { recordings } from '../linux/recordings';
import { CGROUP_V1, CGROUP_V2_64K, MODERN, OLD } from './samples';

const DIR = process.env.OOMLAB_REPORTS ?? path.join(ROOT, '..', 'shared', 'oom-reports');
const files = existsSync(DIR) ? readdirSync(DIR).filter((name) => /^\d{3}-.*\.txt$/.test(name)) : [];

function scenarioOf(e: Explained): Scenario {
  const it = rebuild(e);
  if (!it.ok) throw new Error(cannotRebuild(it.why.code, it.why.params));
  // As a file: whatever cannot be written or read back does not count.
  return parseScenario(JSON.parse(JSON.stringify(it.scenario)));
}

/** Who dies first, as "pid comm". */
function firstKill(scenario: Scenario): string {
  const [kill] = runSession(sessionOf(scenario), { landmark: 'kill' }).document.kills;
  return kill ? `${kill.pid} ${kill.comm}` : 'nobody';
}

const victimOf = (e: Explained): string => `${e.verdict.victim?.pid} ${e.verdict.victim?.comm}`;
const only = (text: string): Explained => explainText(text).reports[0];
const whyNot = (text: string): string => {
  const it = rebuild(only(text));
  return it.ok ? '' : it.why.code;
};

describe('a machine built from a report', () => {
  const scenario = scenarioOf(only(MODERN));

  test('has the zones, watermarks, swap and tasks of the report', () => {
    const m = createMachine(compileScenario(scenario), 1);
    const k = m.kernel;
    expect(audit(k)).toEqual([]);
    expect(k.zones.map((z) => [z.name, z.managed, ...z.watermark.slice(0, 3)])).toEqual([
      ['DMA32', 250_000, 2750, 3437, 4125],
    ]);
    expect(k.swap.total).toBe(25_000);
    expect(k.sysctl.min_free_kbytes).toBe(11_000);
    const rss = (pid: number) => {
      const mm = k.mms[k.tasks.find((t) => t.pid === pid)?.mm ?? -1];
      return [mm.rss[1] + mm.rss[0] + mm.rss[3], mm.rss[2], mm.pgtablesBytes];
    };
    expect(rss(700)).toEqual([28_020, 2000, 360_448]);
    expect(rss(711)).toEqual([80_512, 9000, 860_160]);
    expect(k.tasks.find((t) => t.pid === 655)?.oomScoreAdj).toBe(-1000);
    expect(k.tasks.find((t) => t.pid === 700)?.comm).toBe('my editor (x)');
  });

  test('is about to run out: little more is free than the report says, per-cpu lists included, and the victim has that much less', () => {
    const k = createMachine(compileScenario(scenario), 1).kernel;
    const victim = k.mms[k.tasks.find((t) => t.pid === 720)?.mm ?? -1];
    const room = 90_700 - victim.rss[1];
    expect(room).toBeGreaterThan(0);
    // The lists of the cpus hold a few pages at any time.
    expect(Math.abs(k.zones[0].free - (2700 + 31) - room)).toBeLessThan(64 + 256 + room / 32);
    expect(k.zones[0].free).toBeLessThan(k.zones[0].managed / 25);
  });

  test('kills the same process', () => {
    expect(firstKill(scenario)).toBe('720 worker-b');
  });

  test('kills another one once the victim has a lower oom_score_adj than the one that would have saved it', () => {
    const { saved } = only(MODERN);
    const processes = scenario.processes.map((p) =>
      p.pid === 720 ? { ...p, adj: Number(saved?.oom_score_adj) - 100 } : p,
    );
    expect(firstKill({ ...scenario, processes })).toBe(`${saved?.nextVictim.pid} ${saved?.nextVictim.comm}`);
  });

  test('has one asking for blocks where blocks were missing: nobody grows, and the same process dies', () => {
    const blocks = scenarioOf(only(MODERN.replace('order=0', 'order=2')));
    const asks = blocks.processes.filter((p) => JSON.stringify(p.ops).includes('kalloc'));
    expect(asks.map((p) => p.pid)).toEqual([711]);
    expect(JSON.stringify(blocks.processes)).not.toContain('sbrk');
    const { kernel } = runSession(sessionOf(blocks), { landmark: 'kill' }).machine;
    expect(kernel.oomRecords[0]).toMatchObject({ order: 2 });
    expect(firstKill(blocks)).toBe('720 worker-b');
    // A kernel thread that asked is not in the table.
    const thread = scenarioOf(
      only(
        MODERN.replace('order=0', 'order=2')
          .replaceAll('PID: 711 Comm: loader', 'PID: 5 Comm: kworker/0:1')
          .replace('loader invoked', 'kworker/0:1 invoked'),
      ),
    );
    expect(thread.processes.at(-1)).toMatchObject({ name: 'kworker/0:1' });
    expect(firstKill(thread)).toBe('720 worker-b');
  });

  test('has the DMA zone of a machine that is no PC as DMA32', () => {
    const other = scenarioOf(only(MODERN.replaceAll('Node 0 DMA32', 'Node 0 DMA')));
    expect(other.machine.found?.zones.map((z) => z.name)).toEqual(['DMA32']);
    expect(firstKill(other)).toBe('720 worker-b');
  });

  test('goes by the rules of the report’s kernel: a child dies in its parent’s stead', () => {
    const old = scenarioOf(only(OLD));
    expect(old.machine.oomRules).toBe('3.0');
    expect(firstKill(old)).toBe('901 helper');
    const { oomRules: _, ...machine } = old.machine;
    expect(firstKill({ ...old, machine })).toBe('500 rootd');
  });

  test('has the zones’ sizes from their watermarks where the lines were cut off', () => {
    const cut = MODERN.replace(/ present:1048576kB.*free_cma:0kB\nlowmem/, '\nlowmem');
    expect(cut).not.toBe(MODERN);
    expect(firstKill(scenarioOf(only(cut)))).toBe('720 worker-b');
  });
});

/** cgroup v2: a container in a pod whose limit was hit, with swap of its own; the largest process is protected. */
const POD = `worker invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=900
CPU: 0 PID: 4001 Comm: worker Not tainted 6.6.1 #1
Call Trace:
 mem_cgroup_out_of_memory+0x18c/0x1b0
memory: usage 204800kB, limit 204800kB, failcnt 3
swap: usage 20000kB, limit 20480kB, failcnt 7
Memory cgroup stats for /kubepods.slice/kubepods-pod8d2f6a1c_77aa.slice:
anon 193000000
file 4096000
kernel_stack 65536
shmem 2048000
slab_unreclaimable 131072
Tasks state (memory values in pages):
[  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name
[   3900]     0  3900      300       10    40960        0          -998 pause
[   4000]  1000  4000    60000    30000   524288     2000          -997 sidecar
[   4001]  1000  4001    50000    18000   409600     3000           900 worker
oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=cri-containerd-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.scope,mems_allowed=0,oom_memcg=/kubepods.slice/kubepods-pod8d2f6a1c_77aa.slice,task_memcg=/kubepods.slice/kubepods-pod8d2f6a1c_77aa.slice/cri-containerd-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.scope,task=worker,pid=4001,uid=1000
Memory cgroup out of memory: Killed process 4001 (worker) total-vm:200000kB, anon-rss:71000kB, file-rss:1000kB, shmem-rss:0kB, UID:1000 pgtables:400kB oom_score_adj:900
`;

describe('a cgroup at its limit, built from a report', () => {
  test('kills the same process, by the cgroup’s own OOM, on a machine that has memory left', () => {
    const scenario = scenarioOf(only(CGROUP_V1));
    expect(scenario.cgroups).toMatchObject({ '/jobs': { 'memory.max': expect.anything() }, '/jobs/a': {} });
    const { kills } = runSession(sessionOf(scenario), { landmark: 'kill' }).document;
    expect(kills[0]).toMatchObject({ pid: 4242, comm: 'miner', constraint: 'CONSTRAINT_MEMCG' });
    const k = createMachine(compileScenario(scenario), 1).kernel;
    expect(audit(k)).toEqual([]);
    expect(k.zones.reduce((n, z) => n + z.free, 0)).toBeGreaterThan(20_000);
  });

  test('has its limits, its swap, its cache, and the victim where it was; names are shortened as containers’ are', () => {
    const scenario = scenarioOf(only(POD));
    const k = createMachine(compileScenario(scenario), 1).kernel;
    expect(audit(k)).toEqual([]);
    const pod = k.memcgs.find((it) => it.path === '/kubepods.slice/kubepods-pod8d2f6a1c_77aa.slice');
    expect(pod?.memory.max).toBe(51_200);
    expect(pod?.swap).toMatchObject({ max: 5120, usage: 5000 });
    expect(pod && pod.memory.max - pod.memory.usage).toBeLessThan(51_200 / 50 + 256);
    const where = (pid: number) => k.cgroups.find((c) => c.procs.includes(pid))?.path;
    expect(where(4001)).toBe('/kubepods.slice/kubepods-pod8d2f6a1c_77aa.slice/cri-containerd-0123456789ab.scope');
    expect(where(4000)).toBe('/kubepods.slice/kubepods-pod8d2f6a1c_77aa.slice/others');
    expect(firstKill(scenario)).toBe('4001 worker');
  });

  test('kills another one with another oom_score_adj', () => {
    const scenario = scenarioOf(only(POD));
    const processes = scenario.processes.map((p) => ({ ...p, adj: p.pid === 4000 ? 950 : (p.adj ?? 0) }));
    expect(firstKill({ ...scenario, processes })).toBe('4000 sidecar');
  });

  test('dies as a whole where memory.oom.group was set', () => {
    const text = CGROUP_V1.replace(/Memory cgroup out of memory: Kill process[^\n]*\nor sacrifice child\n/, '').concat(
      'Tasks in /jobs are going to be killed due to memory.oom.group set\n',
      'Memory cgroup out of memory: Killed process 4243 (child process) total-vm:20000kB, anon-rss:4000kB, file-rss:0kB, shmem-rss:0kB\n',
    );
    const scenario = scenarioOf(only(text));
    expect(scenario.cgroups?.['/jobs']['memory.oom.group']).toBe(1);
    const { kernel } = runSession(sessionOf(scenario), { t: 5e9 }).machine;
    expect(kernel.tasks.filter((t) => t.mm >= 0 && [4242, 4243].includes(t.pid))).toEqual([]);
    expect(kernel.oomRecords).toHaveLength(1);
  });
});

describe('a machine of which only some nodes could be used', () => {
  const confined = (constraint: string) =>
    MODERN.replaceAll('Node 0 ', 'Node 2 ')
      .replace('262144 pages RAM', '562144 pages RAM')
      .replace(' free:2700 free_pcp', ' free:152700 free_pcp')
      .replace('CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0', constraint);
  test.each([
    ['a cpuset', 'CONSTRAINT_CPUSET,nodemask=(null),cpuset=/batch,mems_allowed=2', { cpuset: 'batch' }],
    [
      'a memory policy',
      'CONSTRAINT_MEMORY_POLICY,nodemask=2,cpuset=/,mems_allowed=0-2',
      { mempolicy: { mode: 'bind', nodes: '1' } },
    ],
  ])('by %s: the others are one node with memory left, and the same process dies', (_, line, binding) => {
    const scenario = scenarioOf(only(confined(line)));
    const k = createMachine(compileScenario(scenario), 1).kernel;
    expect(audit(k)).toEqual([]);
    expect(k.nodes).toHaveLength(2);
    const [others, usable] = k.zones;
    expect([others.managed, usable.managed]).toEqual([300_000, 250_000]);
    expect(Math.abs(others.free - 150_000)).toBeLessThan(64);
    expect(usable.watermark.slice(0, 3)).toEqual([2750, 3437, 4125]);
    for (const p of scenario.processes) {
      if (p.pid === 720 || p.pid === 711) expect(p).toMatchObject(binding);
      else expect([p.cpuset, p.mempolicy]).toEqual([undefined, undefined]);
    }
    const { kills } = runSession(sessionOf(scenario), { landmark: 'kill' }).document;
    expect(kills[0]).toMatchObject({ pid: 720, constraint: line.slice(0, line.indexOf(',')) });
  });
});

describe('processes that share memory', () => {
  const task = (pid: number, name: string, rss: number) => ({
    ...only(MODERN).verdict.tasks[0].row,
    pid,
    name,
    rss,
    rss_anon: null,
  });

  test('have as much of their own as there was anonymous memory, and the rest in common', () => {
    const rows = [task(1, 'a', 1000), task(2, 'b', 500)];
    const { parts, forked } = splitRss(
      { ...only(MODERN).raw, kills: [] },
      rows,
      { anon: 1100, file: 300, shmem: 0 },
      4,
    );
    expect(forked).toBe(0);
    expect(parts).toEqual([
      { anon: 800, file: 200, shmem: 0 },
      { anon: 300, file: 200, shmem: 0 },
    ]);
  });

  test('share what they had before the fork where all have more than there was', () => {
    const rows = [task(1, 'pool', 1000), task(2, 'pool', 1000), task(3, 'pool', 1000), task(4, 'other', 50)];
    const frames = { anon: 1450, file: 0, shmem: 0 };
    const { parts, forked } = splitRss({ ...only(MODERN).raw, kills: [] }, rows, frames, 4);
    for (const [i, p] of parts.entries()) expect(p.anon + p.file + p.shmem).toBe(rows[i].rss);
    const own = parts.reduce((n, p) => n + p.anon, 0);
    expect(own + forked).toBeLessThanOrEqual(frames.anon);
    expect(own + forked).toBeGreaterThan(frames.anon - 3);
    expect(parts[3]).toEqual({ anon: 50, file: 0, shmem: 0 });
  });
});

describe('a machine that cannot be rebuilt', () => {
  test.each([
    ['no-cgroup-usage', CGROUP_V1.replace(/memory: usage.*\n/, '')],
    ['no-limit', CGROUP_V1.replace('limit 40960kB', 'limit 9007199254740988kB')],
    ['below-limit', CGROUP_V1.replace('usage 40960kB', 'usage 20480kB')],
    ['does-not-fit-limit', CGROUP_V1.replaceAll('40960kB', '10240kB')],
    ['page-size', CGROUP_V2_64K],
    ['order', MODERN.replace('order=0', 'order=4')],
    ['constraint', MODERN.replace('CONSTRAINT_NONE', 'CONSTRAINT_CPUSET')],
    ['highmem', MODERN.replaceAll('Node 0 DMA32', 'Node 0 HighMem')],
    ['too-large', MODERN.replace('managed:1000000kB', 'managed:40000000kB')],
    ['too-small', MODERN.replace('managed:1000000kB', 'managed:30000kB')],
    ['swap-too-large', MODERN.replace('Total swap = 100000kB', 'Total swap = 100000000kB')],
    ['no-meminfo', MODERN.replace(/Mem-Info:\n[\s\S]*?Tasks state/, 'Tasks state')],
    ['no-swap-line', MODERN.replace(/Free swap.*\nTotal swap.*\n/, '')],
    ['no-table', MODERN.replace(/Tasks state[\s\S]*?oom-kill:/, 'oom-kill:')],
    [
      'no-victim',
      MODERN.replace(
        /oom-kill:[\s\S]*$/,
        'Kernel panic - not syncing: Out of memory: compulsory panic_on_oom is enabled\n',
      ),
    ],
  ])('says why: %s', (code, text) => {
    expect(whyNot(text)).toBe(code);
    expect(cannotRebuild(code, { order: 2, constraint: 'CONSTRAINT_CPUSET' })).toMatch(/^[A-Z\d].*\.$/);
  });

  test('has a sentence for every reason', () => {
    for (const code of REBUILD_CODES.cannot) expect(cannotRebuild(code, {})).toMatch(/\.$/);
    for (const code of REBUILD_CODES.told) expect(rebuildNote(code, {})).toMatch(/\.$/);
  });
});

describe('reports of recorded kernels', () => {
  // One of each kind, since the others differ in what happened before; and all with cgroups and nodes, which differ in how they lie.
  const kinds = new Set<string>();
  const withReports = recordings().filter((r) => {
    const kind = /^(?:06|13)/.test(r.name) ? r.name : r.name.slice(0, 4);
    const first = (r.oom ?? []).length > 0 && !kinds.has(kind);
    if (first) kinds.add(kind);
    return first;
  });
  test.each(withReports.map((r) => [r.name, r] as const))('%s', (_, r) => {
    for (const e of explainText((r.oom ?? []).flatMap((o) => o.lines).join('\n')).reports) {
      if (e.verdict.agrees === true && rebuild(e).ok) expect(firstKill(scenarioOf(e))).toBe(victimOf(e));
    }
  });
});

/** A report of a whole 64-bit PC of ordinary size that ran out of single pages, and whose victim is the right one. */
function isOrdinary(e: Explained): boolean {
  const pc =
    e.raw.zones.some((z) => z.name === 'DMA' && z.kb.present < 17_000) && e.raw.zones.some((z) => z.name === 'DMA32');
  const pages = e.verdict.totals.ramPages ?? Number.POSITIVE_INFINITY;
  return (
    e.complete &&
    e.constraint === 'CONSTRAINT_NONE' &&
    e.raw.order === 0 &&
    pc &&
    pages <= 2 ** 22 &&
    e.verdict.agrees === true
  );
}

/** Much swap is to be filled first, which takes a while: only where reports were asked for by name. */
const isLong = (e: Explained): boolean =>
  process.env.OOMLAB_REPORTS === undefined &&
  ((e.raw.freeSwapKb ?? 0) > 500_000 || (e.verdict.totals.ramPages ?? 0) > 3e6);

const whenThere = files.length > 0 ? describe : describe.skip;
if (files.length === 0) console.warn(`no reports of real kernels in ${DIR}: set OOMLAB_REPORTS to a folder with some`);
whenThere('reports of real kernels', () => {
  test('nine in ten of the ordinary ones kill the same process; what cannot be rebuilt says why', () => {
    let ordinary = 0;
    const others: string[] = [];
    let ofCgroups = 0;
    for (const name of files) {
      for (const e of explainText(readFileSync(path.join(DIR, name), 'utf8')).reports) {
        const it = rebuild(e);
        if (!it.ok) expect(cannotRebuild(it.why.code, it.why.params)).toMatch(/^[A-Z\d].*\.$/);
        const ofCgroup = it.ok && e.memcg !== null && e.verdict.agrees === true;
        if (ofCgroup) ofCgroups++;
        else if (!isOrdinary(e) || isLong(e)) continue;
        ordinary++;
        const got = it.ok ? firstKill(scenarioOf(e)) : it.why.code;
        if (got !== victimOf(e)) others.push(`${name}: ${victimOf(e)}, got ${got}`);
      }
    }
    expect(ordinary - ofCgroups).toBeGreaterThan(5);
    expect(ofCgroups).toBeGreaterThan(5);
    expect(others.slice(Math.floor(ordinary / 10))).toEqual([]);
  }, 600_000);
});
