/** Mem-Info: counters, nodes, zones, free blocks, totals. §10.12. */
import type { CgroupBlock, CgroupUsage, FreeBlocks, RawReport, ReportedZone } from './types';

const BUDDY = /^(?:Node (\d+) )?([A-Z]\w*): (?=\d+\*\d+kB)/;
const ZONE = /^(?:Node (\d+) )?([A-Z]\w*) free:(\d+)kB/;
const NODE = /^Node (\d+) (?=(?:in)?active_anon:\d+kB)/;
const COUNTER =
  /^(?:active_anon|inactive_anon|active_file|inactive_file|unevictable|slab_reclaimable|mapped|sec_pagetables|kernel_misc_reclaimable|free|isolated_\w+|slab|Active_anon|Active|Free):/;
/** Whoever shows a log may have put a mark behind a line. */
const TOTALS: readonly [RegExp, string][] = [
  [/^(\d+) pages (?:of )?RAM(?= |$)/, 'ram'],
  [/^(\d+) (?:pages reserved|reserved pages)(?= |$)/, 'reserved'],
  [/^(\d+) pages (?:HighMem\/MovableOnly|HighMem|of HIGHMEM)(?= |$)/, 'highmem'],
  [/^(\d+) pages cma reserved(?= |$)/, 'cma'],
  [/^(\d+) total pagecache pages(?= |$)/, 'pagecache'],
  [/^(\d+) pages in swap cache(?= |$)/, 'swapcache'],
  [/^(\d+) pages hwpoisoned(?= |$)/, 'hwpoisoned'],
  [/^(\d+) pages shared(?= |$)/, 'shared'],
  [/^(\d+) pages non-shared(?= |$)/, 'nonShared'],
];

/** More zones and nodes than any machine has: the rest is damage. */
const MAX_ZONES = 512;

/** Log shippers repeat lines: what they repeat counts once. */
function addOnce<T>(list: T[], added: T, isSame: (x: T) => boolean): void {
  if (list.length < MAX_ZONES && !list.some(isSame)) list.push(added);
}

function kbValues(text: string): Record<string, number> {
  const out: Record<string, number> = {};
  for (const m of text.matchAll(/([A-Za-z_]+(?:\([a-z]+\))?):? ?(?<=:| )(\d+)[kK]B/g)) out[m[1]] = Number(m[2]);
  return out;
}

/** Takes a line of Mem-Info. False when it is none. */
export function memInfoLine(r: RawReport, text: string): boolean {
  const c = text.charCodeAt(0);
  if (c >= 48 && c <= 57) return totalsLine(r, text);
  if (text.startsWith('lowmem_reserve[]:')) {
    const zone = r.zones.at(-1);
    // A second one belongs to a zone whose line is missing, or to none.
    if (zone && zone.reserve.length === 0) zone.reserve = (text.slice(17).match(/\d+/g) ?? []).map(Number);
    return true;
  }
  if (text.startsWith('Free swap') || text.startsWith('Total swap')) return swapLine(r, text);
  if (text.includes('hugepages_')) return hugeLine(r, text);
  const buddy = BUDDY.exec(text);
  if (buddy) return buddyLine(r, Number(buddy[1] ?? 0), buddy[2], text.slice(buddy[0].length));
  const zone = ZONE.exec(text);
  if (zone) {
    const added = { node: Number(zone[1] ?? 0), name: zone[2], kb: kbValues(text), reserve: [], blocks: [] };
    addOnce(r.zones, added, (z) => z.node === added.node && z.name === added.name);
    return true;
  }
  const node = NODE.exec(text);
  if (node) {
    const added = { node: Number(node[1]), kb: kbValues(text) };
    addOnce(r.nodes, added, (n) => n.node === added.node);
    return true;
  }
  if (COUNTER.test(text)) {
    for (const m of text.matchAll(/([A-Za-z_]+):(\d+)(?![\dkK])/g)) r.counts[m[1].toLowerCase()] = Number(m[2]);
    return true;
  }
  return false;
}

function totalsLine(r: RawReport, text: string): boolean {
  for (const [pattern, name] of TOTALS) {
    const m = pattern.exec(text);
    if (m) {
      r.totals[name] = Number(m[1]);
      return true;
    }
  }
  return false;
}

function swapLine(r: RawReport, text: string): boolean {
  const m = /^(Free|Total) swap *[=:] *(\d+) ?kB/.exec(text);
  if (!m) return false;
  if (m[1] === 'Free') r.freeSwapKb = Number(m[2]);
  else r.totalSwapKb = Number(m[2]);
  return true;
}

function hugeLine(r: RawReport, text: string): boolean {
  const m =
    /^(?:Node (\d+) )?hugepages_total=(\d+) hugepages_free=(\d+) hugepages_surp=\d+ hugepages_size=(\d+)kB/.exec(text);
  if (!m) return false;
  const pool = { node: Number(m[1] ?? 0), total: Number(m[2]), free: Number(m[3]), kb: Number(m[4]) };
  addOnce(r.hugePages, pool, (h) => h.node === pool.node && h.kb === pool.kb);
  return true;
}

function buddyLine(r: RawReport, node: number, name: string, text: string): boolean {
  const blocks: FreeBlocks[] = [];
  for (const m of text.matchAll(/(\d+)\*(\d+)kB(?: \(([A-Z]+)\))?/g)) {
    blocks.push({ count: Number(m[1]), kb: Number(m[2]), types: m[3] ?? '' });
  }
  let zone: ReportedZone | undefined = r.zones.find((z) => z.node === node && z.name === name);
  if (!zone) {
    zone = { node, name, kb: {}, reserve: [], blocks: [] };
    if (r.zones.length < MAX_ZONES) r.zones.push(zone);
  }
  zone.blocks = blocks;
  return true;
}

const newCgroup = (): CgroupBlock => ({
  path: null,
  taskPath: null,
  memory: null,
  memsw: null,
  swap: null,
  kmem: null,
  stats: {},
});

/** A limit of this size means none: about 2^63 bytes, rounded in one way or another. */
const NO_LIMIT_KB = 2 ** 52;

const USAGE = /^(memory|memory\+swap|swap|kmem): usage (\d+)kB, limit (\d+)kB, failcnt (\d+)/;

/** Takes a line of the cgroup's block. §10.14. `inStats`: a line of memory.stat may follow. */
export function cgroupLine(r: RawReport, text: string, inStats: boolean): 'no' | 'yes' | 'stats' {
  if (inStats) {
    const stat = /^([a-z][a-z0-9_]*) (\d+)$/.exec(text);
    if (stat && r.cgroup) {
      r.cgroup.stats[stat[1]] = Number(stat[2]);
      return 'stats';
    }
    const old = statsOf(text);
    if (old.length > 0 && /^\w+:\d+KB/.test(text) && r.cgroup) {
      for (const [name, bytes] of old) r.cgroup.stats[name] ??= bytes;
      return 'stats';
    }
  }
  if (text.startsWith('Task in ')) {
    const m = /^Task in (.*) killed as a result of limit of (.*)$/.exec(text);
    if (!m) return 'no';
    r.cgroup ??= newCgroup();
    r.cgroup.taskPath = m[1];
    r.cgroup.path = m[2].trim();
    return 'yes';
  }
  if (text.startsWith('Memory cgroup stats for ')) {
    const m =
      /^Memory cgroup stats for (.*?):(?: |$)/.exec(text) ?? /^Memory cgroup stats for (\S+(?:\.\.\.|…))$/.exec(text);
    if (!m) return 'no';
    r.cgroup ??= newCgroup();
    // With use_hierarchy every group below has a line of its own; the first is the one that hit its limit.
    r.cgroup.path ??= m[1];
    for (const [name, bytes] of statsOf(text.slice(m[0].length))) r.cgroup.stats[name] ??= bytes;
    return 'stats';
  }
  const m = USAGE.exec(text);
  if (!m) return 'no';
  r.cgroup ??= newCgroup();
  const limit = Number(m[3]);
  const usage: CgroupUsage = {
    usageKb: Number(m[2]),
    limitKb: limit >= NO_LIMIT_KB ? null : limit,
    failcnt: Number(m[4]),
  };
  if (m[1] === 'memory') r.cgroup.memory = usage;
  else if (m[1] === 'memory+swap') r.cgroup.memsw = usage;
  else if (m[1] === 'swap') r.cgroup.swap = usage;
  else r.cgroup.kmem = usage;
  return 'yes';
}

const statsOf = (text: string): [string, number][] =>
  [...text.matchAll(/([a-z_]+):(\d+)KB/g)].map((m) => [m[1], Number(m[2]) * 1024]);
