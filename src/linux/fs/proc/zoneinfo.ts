/** /proc/zoneinfo, /proc/buddyinfo and /proc/pagetypeinfo. §14.3, §14.4. */
import { MIGRATE_TYPES } from '../../include/gfp';
import type { Kernel } from '../../include/kernel';
import {
  MAX_NR_ZONES,
  type PgData,
  WMARK_HIGH,
  WMARK_LOW,
  WMARK_MIN,
  WMARK_PROMO,
  wmarkPages,
  ZONE_MOVABLE,
  ZONE_NAMES,
  type Zone,
} from '../../include/mmzone';
import { MAX_RECLAIM_RETRIES, NR_PAGE_ORDERS, PAGE_SHIFT, PAGEBLOCK_ORDER } from '../../include/units';
import { NODE_STAT_NAMES, ZONE_STAT_NAMES } from '../../include/vmstat';
import { lowmemReserveList } from '../../mm/show_mem';
import { populatedZones } from '../../mm/vmstat';

/** fls: position of the highest set bit, 1-based. */
const fls = (n: number): number => (n === 0 ? 0 : 32 - Math.clz32(n));

/** calculate_normal_threshold: pages a cpu may keep to itself before a zone's counter sees them. */
function statThreshold(k: Kernel, z: Zone): number {
  const mem = z.bootManaged >> (27 - PAGE_SHIFT);
  return Math.min(125, 2 * fls(k.nrCpus) * (1 + fls(mem)));
}

/** An indented line of a named number. */
const field = (name: string, n: number): string => `        ${name.padEnd(9)}${n}\n`;
const counter = (name: string, n: number): string => `      ${name.padEnd(12)} ${n}\n`;

function nodeStats(k: Kernel, node: PgData): string {
  let text = '  per-node stats\n';
  NODE_STAT_NAMES.forEach((name, i) => {
    if (!k.release.absentStats.includes(name)) text += counter(name, node.stat[i]);
  });
  return text;
}

/** The part that empty zones have too. */
function zoneHead(
  k: Kernel,
  wm: number[],
  boost: number,
  free: number,
  sizes: [number, number, number],
  protection: number[],
): string {
  let text = `  pages free     ${free}\n${field('boost', boost)}`;
  text += field('min', wm[WMARK_MIN]) + field('low', wm[WMARK_LOW]) + field('high', wm[WMARK_HIGH]);
  if (k.release.promoWatermark) text += field('promo', wm[WMARK_PROMO]);
  text += field('spanned', sizes[0]) + field('present', sizes[1]) + field('managed', sizes[2]) + field('cma', 0);
  return `${text}        protection: (${protection.join(', ')})\n`;
}

function zoneBody(k: Kernel, node: PgData, z: Zone): string {
  let text = counter('nr_free_pages', z.free);
  ZONE_STAT_NAMES.forEach((name, i) => {
    if (!k.release.absentStats.includes(name)) text += counter(name, z.stat[i]);
  });
  text += '  pagesets\n';
  z.pcp.forEach((pcp, cpu) => {
    text += `    cpu: ${cpu}\n`;
    text += `              count: ${pcp.count}\n              high:  ${pcp.high}\n              batch: ${pcp.batch}\n`;
    text += `  vm stats threshold: ${statThreshold(k, z)}\n`;
  });
  text += `  node_unreclaimable:  ${node.kswapdFailures >= MAX_RECLAIM_RETRIES ? 1 : 0}\n`;
  return `${text}  start_pfn:           ${z.startPfn}\n`;
}

/** /proc/zoneinfo: all zone types of all nodes, those without memory too. */
export function zoneinfo(k: Kernel): string {
  let text = '';
  for (const node of k.nodes) {
    let first = true;
    for (let type = 0; type < MAX_NR_ZONES; type++) {
      text += `Node ${node.id}, zone ${ZONE_NAMES[type].padStart(8)}\n`;
      const i = node.zones[type] ?? -1;
      const z = i >= 0 && k.zones[i].present > 0 ? k.zones[i] : null;
      if (z === null) {
        // The lower bound of Movable's watermark holds without memory too. §2.2
        const wm = new Array<number>(4).fill(type === ZONE_MOVABLE && k.release.movableMinClamped ? 32 : 0);
        text += zoneHead(k, wm, 0, 0, [0, 0, 0], new Array<number>(MAX_NR_ZONES).fill(0));
        continue;
      }
      if (first) text += nodeStats(k, node);
      first = false;
      const wm = [WMARK_MIN, WMARK_LOW, WMARK_HIGH, WMARK_PROMO].map((w) => wmarkPages(z, w));
      text += zoneHead(k, wm, z.boost, z.free, [z.spanned, z.present, z.managed], lowmemReserveList(z));
      text += zoneBody(k, node, z);
    }
  }
  return text;
}

/** /proc/buddyinfo: free blocks by order. */
export function buddyinfo(k: Kernel): string {
  return populatedZones(k)
    .map((z) => {
      const blocks = Array.from(z.nrFree, (n) => `${String(n).padStart(6)} `).join('');
      return `Node ${z.node}, zone ${z.name.padStart(8)} ${blocks}\n`;
    })
    .join('');
}

const TYPE_NAMES = ['Unmovable', 'Movable', 'Reclaimable', 'HighAtomic', 'Isolate'];

/** /proc/pagetypeinfo: free blocks by order and migrate type, and pageblocks by type. */
export function pagetypeinfo(k: Kernel): string {
  const zones = populatedZones(k);
  const m = k.mem;
  let text = `Page block order: ${PAGEBLOCK_ORDER}\nPages per block:  ${1 << PAGEBLOCK_ORDER}\n\n`;
  text += 'Free pages count per migrate type at order '.padEnd(44);
  for (let o = 0; o < NR_PAGE_ORDERS; o++) text += `${String(o).padStart(6)} `;
  text += '\n';
  for (const z of zones) {
    TYPE_NAMES.forEach((name, mt) => {
      text += `Node ${String(z.node).padStart(4)}, zone ${z.name.padStart(8)}, type ${name.padStart(12)} `;
      for (let o = 0; o < NR_PAGE_ORDERS; o++) {
        let n = 0;
        if (mt < MIGRATE_TYPES) {
          const head = z.freeHeads + o * MIGRATE_TYPES + mt;
          for (let p = m.next[head]; p !== head; p = m.next[p]) n++;
        }
        text += `${String(n).padStart(6)} `;
      }
      text += '\n';
    });
  }
  text += `\n${'Number of blocks type'.padEnd(23)}`;
  for (const name of TYPE_NAMES) text += `${name.padStart(12)} `;
  text += '\n';
  for (const z of zones) {
    const count = new Array<number>(TYPE_NAMES.length).fill(0);
    for (let p = z.base; p < z.end; p += 1 << PAGEBLOCK_ORDER) count[m.pageblock[p >> PAGEBLOCK_ORDER]]++;
    text += `Node ${z.node}, zone ${z.name.padStart(8)} ${count.map((n) => `${String(n).padStart(12)} `).join('')}\n`;
  }
  return text;
}
