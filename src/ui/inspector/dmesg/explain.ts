/** What each kind of line says. */
import { inspectorWords as w } from '../../../i18n/en-inspector';
import { logWords as say } from '../../../i18n/en-inspector-log';
import type { OomRecord, OomTask, OomZone } from '../../../linux/include/kernel';
import { oomVictim } from '../../../linux/include/oom';
import type { KillReport } from '../../../worker/protocol';
import { int, pages } from '../../format';
import { taskOfLine } from '../../log/about';
import { isNamesake, isOfKswapd } from '../headline';
import { COUNTS, figure, highestZone, numberAfter, swapTotal, ZONE_FIELDS } from './figures';
import type { Item } from './item';

const DIGITS = /-?\d+/;

const nameOf = (record: OomRecord, pid: number): string =>
  record.walk.find((c) => c.pid === pid)?.comm ?? record.tasks?.find((task) => task.pid === pid)?.comm ?? String(pid);

export const EXPLAIN: Record<string, (item: Item, kill: KillReport) => void> = {
  invoked(item, kill) {
    const { record } = kill;
    const [line] = item.lines;
    const found = /gfp_mask=(0x[0-9a-f]+)\(([^)]*)\), order=(-?\d+)/.exec(line);
    const what = record.order > 0 ? w.block(record.order) : w.onePage;
    item.weighty = /order=-?\d+|^.* invoked/g;
    item.sentence =
      record.order < 0
        ? say.invokedSysrq(record.invokerComm)
        : isOfKswapd(record)
          ? say.invokedKswapd(record.invokerComm)
          : say.invoked(
              isNamesake(kill) ? w.numbered(record.invokerComm, record.invoker) : record.invokerComm,
              what,
              record.invoker === oomVictim(record),
            );
    item.pid = record.invoker;
    if (!found) return;
    item.flags = found[2].split('|').map((name) => [name, say.flags[name] ?? say.unknownFlag]);
    // Another year's bits stand elsewhere: they are other numbers for the same request.
    if (record.rules === 'kernel') {
      item.figures.push({
        name: 'gfp_mask',
        says: found[1],
        model: `0x${record.gfp.toString(16)}`,
        same: Number(found[1]) === record.gfp,
        kind: null,
      });
    }
    figure(item, 'order', Number(found[3]), '', record.order);
  },
  stack(item) {
    item.sentence = say.stack;
    item.folded = true;
  },
  cpusetOf(item) {
    item.sentence = say.cpusetOf;
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
    item.sentence = record.rules === 'kernel' ? say.tasks : say.tasksOld;
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
  choice(item, { record }) {
    item.sentence = say.choice;
    item.weighty = /process \d+ \([^)]*\)|score \d+/g;
    item.pid = record.chosen;
  },
  killed(item, { record }) {
    const [line] = item.lines;
    const pid = Number(/Killed process (\d+)/.exec(line)?.[1]);
    const task = record.tasks?.find((it) => it.pid === pid);
    item.weighty = /Killed process \d+ \([^)]*\)|anon-rss:\d+kB/g;
    item.pid = pid;
    const name = nameOf(record, pid);
    const own = numberAfter(line, 'anon-rss');
    item.sentence =
      pid === oomVictim(record) ? say.killed(name, own === null ? null : pages(own / 4)) : say.killedGroup(name);
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
