/** What a pass of the slow path over the zonelist has compared: the picture of the path shows it. Nothing depends on it. */
import type { Kernel } from '../../include/kernel';
import { wmarkPages, type Zone } from '../../include/mmzone';
import type { AllocContext, AllocStage, WatermarkTest } from '../../include/sched';
import { effectiveMin, zoneWatermarkOk } from './watermarks';

/** A comparison that was noted still is what the zone's watermark says. */
function stillHolds(
  k: Kernel,
  t: WatermarkTest,
  z: Zone,
  order: number,
  pages: number,
  highestZoneidx: number,
  allocFlags: number,
): boolean {
  // Free pages first: they change most often.
  return (
    t.free === z.free &&
    t.zone === z.idx &&
    t.min === effectiveMin(pages, allocFlags) &&
    t.lowmemReserve === z.lowmemReserve[highestZoneidx] &&
    t.ok === zoneWatermarkOk(k, z, order, pages, highestZoneidx, allocFlags)
  );
}

/**
 * The lists of comparisons noted last, by watermark. Requests that fail one after the other mostly find the same: they
 * share the list, which never changes. Nothing depends on what is here.
 */
const noted: WatermarkTest[][] = [[], [], [], []];

/** The comparisons of a pass over the zonelist, for the picture of the path. */
export function watermarkTests(
  k: Kernel,
  order: number,
  highestZoneidx: number,
  nid: number,
  mark: number,
  allocFlags: number,
  nodes: number,
): WatermarkTest[] {
  const { zonelist } = k.nodes[nid];
  const before = noted[mark];
  const most = before.length;
  let same = most > 0 && before[0].order === order;
  let n = 0;
  for (let j = 0; j < zonelist.length && same; j++) {
    const z = k.zones[zonelist[j]];
    if (z.type > highestZoneidx || (nodes !== 0 && !(nodes & (1 << z.node)))) continue;
    same = n < most && stillHolds(k, before[n], z, order, wmarkPages(z, mark), highestZoneidx, allocFlags);
    n++;
  }
  if (same && n === before.length) return before;
  const tests: WatermarkTest[] = [];
  for (const i of zonelist) {
    const z = k.zones[i];
    if (z.type > highestZoneidx || (nodes !== 0 && !(nodes & (1 << z.node)))) continue;
    const pages = wmarkPages(z, mark);
    const min = effectiveMin(pages, allocFlags);
    const ok = zoneWatermarkOk(k, z, order, pages, highestZoneidx, allocFlags);
    tests.push({ zone: z.idx, mark, free: z.free, min, lowmemReserve: z.lowmemReserve[highestZoneidx], order, ok });
  }
  noted[mark] = tests;
  return tests;
}

/** Keeps the comparisons of a pass. */
export function noteTests(
  k: Kernel,
  ctx: AllocContext,
  name: AllocStage,
  mark: number,
  allocFlags: number,
  nodes = ctx.nodemask,
): void {
  ctx.tests[name] = watermarkTests(k, ctx.order, ctx.highestZoneidx, ctx.nid, mark, allocFlags, nodes);
}
