/** The kernel's report, taken apart: what each line means, and where its numbers are in the model's own record. */
import { inspectorWords as w } from '../../i18n/en-inspector';
import { logWords as say } from '../../i18n/en-inspector-log';
import { __GFP_DMA, __GFP_DMA32, __GFP_HIGHMEM, __GFP_MOVABLE } from '../../linux/include/gfp';
import type { OomMemory, OomRecord, OomTask, OomZone } from '../../linux/include/kernel';
import { ZONE_DMA, ZONE_DMA32, ZONE_MOVABLE, ZONE_NORMAL } from '../../linux/include/mmzone';
import type { MarkKind } from '../../store';
import type { KillReport } from '../../worker/protocol';
import { int, pages } from '../format';
import { taskOfLine } from '../log/about';

/** A number of the report beside the model's. */
export interface Figure {
  name: string;
  /** As printed, and as pages (or bytes, or plain) where the model has it: null = the record does not hold it. */
  says: string;
  model: string;
  same: boolean;
  kind: MarkKind | null;
}

/** One line, or several that say one thing. */
export interface Item {
  key: string;
  lines: string[];
  sentence: string;
  /** Flags of the request with their meaning. */
  flags: [string, string][];
  figures: Figure[];
  kind: MarkKind | null;
  pid: number | null;
  /** Shown as a count of lines until it is opened. */
  folded: boolean;
  /** What decides, to be set in bold. */
  weighty: RegExp | null;
}

type Rule = { id: string; test: RegExp; starts?: RegExp };

/** Which lines belong together: of a rule, one after the other; `starts` begins another item. */
const RULES: readonly Rule[] = [
  { id: 'invoked', test: /invoked oom-killer/ },
  {
    id: 'counts',
    test: /^Mem-Info:|^ ?(active_anon|active_file|unevictable|slab_reclaimable|mapped|sec_pagetables|kernel_misc_reclaimable|free):\d/,
  },
  { id: 'node', test: /^Node \d+ active_anon:/, starts: /^Node/ },
  { id: 'zone', test: /^Node \d+ \S+ free:|^lowmem_reserve\[\]/, starts: /^Node/ },
  { id: 'buddy', test: /^Node \d+ \S+: \d+\*/ },
  { id: 'huge', test: /hugepages_total/ },
  { id: 'pagecache', test: /total pagecache pages/ },
  { id: 'swapCache', test: /pages in swap cache/ },
  { id: 'swap', test: /^(Free|Total) swap/ },
  { id: 'ram', test: /pages (RAM|HighMem|reserved|cma|hwpoisoned)/ },
  { id: 'tasks', test: /^Tasks state|^\[ {0,2}pid {0,2}\]|^\[ *\d+\] / },
  { id: 'oomKill', test: /^oom-kill:/ },
  { id: 'killed', test: /Killed process \d+/, starts: /Killed process/ },
  { id: 'reaped', test: /^oom_reaper: reaped/ },
  { id: 'usage', test: /^(memory|swap|kmem|memory\+swap): usage/ },
  {
    id: 'stats',
    test: /^Memory cgroup stats|^[a-z_]+ \d+$/,
  },
  { id: 'group', test: /going to be killed due to memory\.oom\.group/ },
  { id: 'nobody', test: /no killable processes/ },
  { id: 'panic', test: /^Kernel panic|end Kernel panic/ },
  {
    id: 'stack',
    test: /^CPU:|^Hardware|^Call Trace|^Workqueue:|^ +<\/?TASK>|^ +\S+\+0x|^(RIP|Code|RSP|RAX|RDX|RBP|R10|R13)/,
  },
];

const ruleOf = (line: string): Rule | null => RULES.find(({ test }) => test.test(line)) ?? null;

const DIGITS = /-?\d+/;

/** The report's lines as items, each explained. */
export function explainReport(kill: KillReport): Item[] {
  const items: { rule: Rule | null; lines: string[] }[] = [];
  for (const { text } of kill.lines) {
    const rule = ruleOf(text);
    const last = items[items.length - 1];
    if (last && last.rule === rule && !(rule?.starts?.test(text) ?? false)) last.lines.push(text);
    else items.push({ rule, lines: [text] });
  }
  return items.map(({ rule, lines }, i) => {
    const item: Item = {
      key: `${rule?.id ?? 'other'}-${i}`,
      lines,
      sentence: say.other,
      flags: [],
      figures: [],
      kind: null,
      pid: null,
      folded: false,
      weighty: null,
    };
    if (rule) EXPLAIN[rule.id](item, kill);
    return item;
  });
}

/** `name:1234kB` or `name:1234` in a line, the number alone; null without it. */
function numberAfter(line: string, name: string): number | null {
  const escaped = name.replace(/[()+-]/g, '\\$&');
  const found = new RegExp(`(?:^|[ ,])${escaped}[:=] ?(-?\\d+)`).exec(line);
  return found ? Number(found[1]) : null;
}

function figure(
  item: Item,
  name: string,
  printed: number | null,
  unit: 'kB' | 'pages' | 'bytes' | '',
  model: number | undefined,
  kind: MarkKind | null = null,
): void {
  if (printed === null || model === undefined) return;
  const same = unit === 'kB' ? printed === model * 4 : printed === model;
  item.figures.push({
    name,
    says: unit === 'kB' ? `${int(printed)} kB` : int(printed),
    model: unit === 'kB' || unit === 'pages' ? say.inPages(model) : int(model),
    same,
    kind,
  });
}

const nameOf = (record: OomRecord, pid: number): string =>
  record.walk.find((c) => c.pid === pid)?.comm ?? record.tasks?.find((task) => task.pid === pid)?.comm ?? String(pid);

const COUNTS: [string, keyof OomMemory, MarkKind | null][] = [
  ['active_anon', 'activeAnon', 'anonActive'],
  ['inactive_anon', 'inactiveAnon', 'anonInactive'],
  ['active_file', 'activeFile', 'fileActive'],
  ['inactive_file', 'inactiveFile', 'fileInactive'],
  ['slab_reclaimable', 'slabReclaimable', 'slab'],
  ['shmem', 'shmem', 'shmem'],
  ['pagetables', 'pagetables', 'pagetables'],
  ['free', 'free', 'free'],
  ['free_pcp', 'freePcp', 'pcp'],
];
const ZONE_FIELDS: [string, keyof OomZone, MarkKind | null][] = [
  ['free', 'free', 'free'],
  ['boost', 'boost', null],
  ['min', 'min', null],
  ['low', 'low', null],
  ['high', 'high', null],
  ['present', 'present', null],
  ['managed', 'managed', null],
  ['free_pcp', 'pcp', 'pcp'],
];

/** gfp_zone: the highest zone that the request may use. */
function highestZone(gfp: number): number {
  if (gfp & __GFP_DMA) return ZONE_DMA;
  if (gfp & __GFP_DMA32) return ZONE_DMA32;
  return gfp & __GFP_MOVABLE && gfp & __GFP_HIGHMEM ? ZONE_MOVABLE : ZONE_NORMAL;
}

/** Swap of the machine, pages: what a global OOM's total has besides RAM. */
const swapTotal = ({ constraint, totalpages, zones }: OomRecord): number | undefined =>
  constraint === 'CONSTRAINT_NONE' && zones ? totalpages - zones.reduce((sum, z) => sum + z.managed, 0) : undefined;

const EXPLAIN: Record<string, (item: Item, kill: KillReport) => void> = {
  invoked(item, { record }) {
    const [line] = item.lines;
    const found = /gfp_mask=(0x[0-9a-f]+)\(([^)]*)\), order=(-?\d+)/.exec(line);
    const what = record.order > 0 ? w.block(record.order) : w.onePage;
    item.weighty = /order=-?\d+|^.* invoked/g;
    item.sentence =
      record.order < 0
        ? say.invokedSysrq(record.invokerComm)
        : say.invoked(record.invokerComm, what, record.invoker === record.chosen);
    item.pid = record.invoker;
    if (!found) return;
    item.flags = found[2].split('|').map((name) => [name, say.flags[name] ?? say.unknownFlag]);
    item.figures.push({
      name: 'gfp_mask',
      says: found[1],
      model: `0x${record.gfp.toString(16)}`,
      same: Number(found[1]) === record.gfp,
      kind: null,
    });
    figure(item, 'order', Number(found[3]), '', record.order);
  },
  stack(item) {
    item.sentence = say.stack;
    item.folded = true;
  },
  counts(item, { record }) {
    item.sentence = say.counts;
    item.weighty = /\bfree:\d+/g;
    const text = item.lines.join(' ');
    for (const [name, field, kind] of COUNTS)
      figure(item, name, numberAfter(text, name), 'pages', record.mem?.[field], kind);
  },
  node(item, { record }) {
    const text = item.lines.join(' ');
    item.sentence = say.node(/all_unreclaimable\? yes/.test(text));
    item.weighty = /all_unreclaimable\? yes/g;
    item.folded = true;
    const nodes = new Set(record.zones?.map((z) => z.node));
    // By node the record has nothing: where there is one node, it is the machine.
    if (nodes.size !== 1) return;
    for (const [name, field, kind] of COUNTS.slice(0, 4)) {
      figure(item, name, numberAfter(text, name), 'kB', record.mem?.[field], kind);
    }
  },
  zone(item, { record }) {
    const [line, reserveLine] = item.lines;
    const [, node, name] = /^Node (\d+) (\S+)/.exec(line) ?? [];
    const zone = record.zones?.find((z) => z.node === Number(node) && z.name === name);
    item.sentence = say.zone;
    item.weighty = /\b(free|min):\d+kB/g;
    item.kind = 'free';
    if (!zone) return;
    for (const [field, key, kind] of ZONE_FIELDS)
      figure(item, field, numberAfter(line, field), 'kB', zone[key] as number, kind);
    const list = reserveLine?.split(':')[1]?.trim().split(' ').map(Number) ?? [];
    figure(item, 'lowmem_reserve', list[highestZone(record.gfp)] ?? null, 'pages', zone.reserve);
    const verdict = zone.free <= zone.min + zone.reserve ? say.zoneRefused : say.zoneAllowed;
    item.sentence = verdict(name, int(zone.free), int(zone.min), int(zone.reserve));
  },
  buddy(item, { record }) {
    item.sentence = say.buddy;
    item.folded = true;
    item.kind = 'free';
    for (const line of item.lines) {
      const [, node, name, total] = /^Node (\d+) (\S+):.*= (\d+)kB/.exec(line) ?? [];
      const zone = record.zones?.find((z) => z.node === Number(node) && z.name === name);
      if (zone) figure(item, 'free', Number(total), 'kB', zone.free, 'free');
    }
  },
  huge(item) {
    item.sentence = say.huge;
    item.folded = true;
  },
  pagecache(item) {
    item.sentence = say.pagecache;
  },
  swapCache(item) {
    item.sentence = say.swapCache;
  },
  swap(item, { record }) {
    const text = item.lines.join(' ');
    const free = Number(/Free swap\s*= (\d+)kB/.exec(text)?.[1] ?? 0);
    const total = Number(/Total swap\s*= (\d+)kB/.exec(text)?.[1] ?? 0);
    item.weighty = /Free swap.*/g;
    item.kind = 'swap';
    item.sentence = total === 0 ? say.swapNone : free * 50 <= total ? say.swapFull : say.swapLeft(pages(free / 4));
    figure(item, 'Free swap', free, 'kB', record.mem?.swapFree, 'swap');
    figure(item, 'Total swap', total, 'kB', swapTotal(record), 'swap');
  },
  ram(item, { record }) {
    item.sentence = say.ram;
    const line = (words: string): number | null => {
      const found = item.lines.find((it) => it.endsWith(words));
      return found ? Number(DIGITS.exec(found)?.[0]) : null;
    };
    const sum = (of: (z: OomZone) => number): number | undefined => record.zones?.reduce((all, z) => all + of(z), 0);
    figure(
      item,
      'pages RAM',
      line('pages RAM'),
      'pages',
      sum((z) => z.present),
    );
    figure(
      item,
      'pages reserved',
      line('pages reserved'),
      'pages',
      sum((z) => z.present - z.managed),
    );
  },
  tasks(item, { record }) {
    item.sentence = say.tasks;
    const columns =
      item.lines
        .find((line) => /pgtables_bytes/.test(line))
        ?.replace(/[[\]]/g, '')
        .trim()
        .split(/ +/) ?? [];
    const fields: [string, keyof OomTask, 'pages' | 'bytes' | ''][] = [
      ['total_vm', 'totalVm', 'pages'],
      ['rss', 'rss', 'pages'],
      ['pgtables_bytes', 'pgtablesBytes', 'bytes'],
      ['swapents', 'swapents', 'pages'],
      ['oom_score_adj', 'oomScoreAdj', ''],
    ];
    for (const line of item.lines) {
      const cells = line.replace(/[[\]]/g, '').trim().split(/ +/);
      const task = record.tasks?.find((it) => it.pid === taskOfLine(line));
      if (!task) continue;
      for (const [name, key, unit] of fields) {
        const i = columns.indexOf(name);
        if (i < 0) continue;
        const before = item.figures.length;
        figure(item, name, Number(cells[i]), unit, task[key] as number);
        if (item.figures.length > before) item.figures[before].name = `${task.comm} ${name}`;
      }
    }
  },
  oomKill(item, { record }) {
    const [line] = item.lines;
    item.weighty = /constraint=\w+|global_oom|task=[^,]+/g;
    item.sentence = /constraint=CONSTRAINT_MEMCG/.test(line)
      ? say.memcg
      : /constraint=CONSTRAINT_CPUSET/.test(line)
        ? say.cpuset
        : /constraint=CONSTRAINT_MEMORY_POLICY/.test(line)
          ? say.policy
          : say.global;
    item.pid = record.chosen;
    figure(item, 'pid', numberAfter(line, 'pid'), '', record.chosen);
  },
  killed(item, { record }) {
    const [line] = item.lines;
    const pid = Number(/Killed process (\d+)/.exec(line)?.[1]);
    const task = record.tasks?.find((it) => it.pid === pid);
    item.weighty = /Killed process \d+ \([^)]*\)|anon-rss:\d+kB/g;
    item.pid = pid;
    const name = nameOf(record, pid);
    item.sentence =
      pid === record.chosen ? say.killed(name, pages((numberAfter(line, 'anon-rss') ?? 0) / 4)) : say.killedGroup(name);
    if (!task) return;
    figure(item, 'total-vm', numberAfter(line, 'total-vm'), 'kB', task.totalVm);
    figure(item, 'anon-rss', numberAfter(line, 'anon-rss'), 'kB', task.rssAnon);
    figure(item, 'file-rss', numberAfter(line, 'file-rss'), 'kB', task.rssFile);
    figure(item, 'shmem-rss', numberAfter(line, 'shmem-rss'), 'kB', task.rssShmem, 'shmem');
    figure(item, 'oom_score_adj', numberAfter(line, 'oom_score_adj'), '', task.oomScoreAdj);
  },
  reaped(item) {
    item.sentence = say.reaped;
    item.weighty = /reaped process \d+|anon-rss:\d+kB/g;
    item.pid = Number(/reaped process (\d+)/.exec(item.lines[0])?.[1] ?? -1);
  },
  usage(item, { record: { limit } }) {
    item.sentence = say.usage;
    item.weighty = /usage \d+kB|limit \d+kB/g;
    const counters: [string, number | undefined, number | null | undefined, number | undefined][] = [
      ['memory', limit?.usage, limit?.max, limit?.failcnt],
      ['swap', limit?.swapUsage, limit?.swapMax, undefined],
    ];
    for (const [name, usage, max, failcnt] of counters) {
      const line = item.lines.find((it) => it.startsWith(`${name}:`));
      if (!line) continue;
      const after = (word: string): number => Number(new RegExp(`\\b${word} (\\d+)`).exec(line)?.[1]);
      figure(item, `${name} usage`, after('usage'), 'kB', usage);
      figure(item, `${name} limit`, after('limit'), 'kB', max ?? undefined);
      figure(item, `${name} failcnt`, after('failcnt'), '', failcnt);
    }
  },
  stats(item) {
    item.sentence = say.stats;
    item.folded = true;
  },
  group(item) {
    item.sentence = say.group;
    item.weighty = /memory\.oom\.group/g;
  },
  nobody(item) {
    item.sentence = say.nobody;
  },
  panic(item) {
    item.sentence = say.panic;
    item.weighty = /Kernel panic.*/g;
  },
};

/** A line in pieces, those that decide marked. */
export function pieces(line: string, weighty: RegExp | null): { text: string; bold: boolean }[] {
  if (!weighty) return [{ text: line, bold: false }];
  const parts: { text: string; bold: boolean }[] = [];
  let at = 0;
  for (const found of line.matchAll(weighty)) {
    if (found.index > at) parts.push({ text: line.slice(at, found.index), bold: false });
    parts.push({ text: found[0], bold: true });
    at = found.index + found[0].length;
  }
  if (at < line.length) parts.push({ text: line.slice(at), bold: false });
  return parts;
}
