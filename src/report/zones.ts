/** Each zone against the request: the inequality that failed. §2.7. */
import type { Request } from './gfp';
import type { RawReport, ReportedZone } from './types';

export interface ZoneVerdict {
  zone: string;
  /** Pages. */
  free: number;
  min: number | null;
  low: number | null;
  high: number | null;
  boost: number;
  /** lowmem_reserve against this request, pages; 0 where the text does not say. */
  reserve: number;
  reserveKnown: boolean;
  /** Free pages of CMA, which the request cannot have. */
  cma: number;
  /** Free pages of CMA without which the request would have been refused. */
  cmaCounted: number;
  /**
   * `refused`: free - cma ≤ min + reserve; `no-block`: enough is free, but no block of the order; `not-for-it`: the
   * request may not use this zone; `allowed`: the request would have been granted at the moment of the report.
   */
  code: 'refused' | 'no-block' | 'not-for-it' | 'allowed' | 'unknown';
  /** Free blocks of the order or larger, of kinds that the request may use. */
  blocks: number;
}

/** All zones that a kernel may be built with, in its order; one of them is always there. */
const KINDS = ['DMA', 'DMA32', 'Normal', 'HighMem', 'Movable', 'Device'];

/** The usual choice for so many entries, where the values leave more than one open. */
function usualOrder(zones: readonly ReportedZone[], entries: number): string[] {
  const has = (name: string): boolean => zones.some((z) => z.name === name);
  const high = has('HighMem');
  if (entries === 2) return ['Normal', 'Movable'];
  if (entries === 3) {
    if (high) return ['Normal', 'HighMem', 'Movable'];
    return [has('DMA') && !has('DMA32') ? 'DMA' : 'DMA32', 'Normal', 'Movable'];
  }
  return high ? ['DMA', 'Normal', 'HighMem', 'Movable'] : ['DMA', 'DMA32', 'Normal', 'Movable', 'Device'];
}

/** A zone keeps nothing from requests for itself and for lower ones. */
const fits = (order: readonly string[], zones: readonly ReportedZone[]): boolean =>
  zones.every((z) => {
    const own = order.indexOf(z.name);
    return own >= 0 && z.reserve.slice(0, own + 1).every((pages) => pages === 0);
  });

/** Choices of so many, in their order. */
function choices(from: readonly string[], n: number): string[][] {
  if (n === 0) return [[]];
  if (from.length < n) return [];
  const [first, ...rest] = from;
  return [...choices(rest, n - 1).map((c) => [first, ...c]), ...choices(rest, n)];
}

/** The kernel's order of zones, which is the order of lowmem_reserve[], by how many entries there are and what is in them. */
export function zoneOrder(zones: readonly ReportedZone[], entries: number): string[] {
  const usual = usualOrder(zones, entries);
  if (entries < 2 || entries > KINDS.length || fits(usual, zones)) return usual;
  const others = choices(KINDS, entries).filter((order) => order.includes('Movable') && fits(order, zones));
  return others.find((order) => order.includes('Normal')) ?? others[0] ?? usual;
}

/** gfp_zone: the highest zone a request may use. §1.3. */
function highestZone(request: Request, order: readonly string[]): string {
  const has = (bit: string): boolean => request.bits.includes(bit);
  if (has('__GFP_DMA')) return 'DMA';
  if (has('__GFP_DMA32')) return order.includes('DMA32') ? 'DMA32' : 'Normal';
  if (has('__GFP_HIGHMEM')) return has('__GFP_MOVABLE') ? 'Movable' : order.includes('HighMem') ? 'HighMem' : 'Normal';
  return 'Normal';
}

export function judgeZones(r: RawReport, request: Request | null, pageSize: number): ZoneVerdict[] {
  const entries = Math.max(0, ...r.zones.map((z) => z.reserve.length));
  const order = zoneOrder(r.zones, entries);
  const highest = request ? order.indexOf(highestZone(request, order)) : order.length - 1;
  return r.zones.filter((z) => z.kb.free !== undefined).map((z) => judgeZone(r, z, request, order, highest, pageSize));
}

function judgeZone(
  r: RawReport,
  z: ReportedZone,
  request: Request | null,
  order: readonly string[],
  highest: number,
  pageSize: number,
): ZoneVerdict {
  const pages = (kb: number | undefined): number => Math.floor(((kb ?? 0) * 1024) / pageSize);
  const movable = request?.bits.includes('__GFP_MOVABLE') ?? false;
  const cma = movable ? 0 : pages(z.kb.free_cma);
  const wanted = Math.max(0, r.order ?? 0);
  const blocks = z.blocks.slice(wanted).reduce((n, b) => n + (usable(b.types, movable) ? b.count : 0), 0);
  const v: ZoneVerdict = {
    zone: r.zones.some((other) => other.node !== z.node) || z.node > 0 ? `${z.node}/${z.name}` : z.name,
    free: pages(z.kb.free),
    min: z.kb.min === undefined ? null : pages(z.kb.min),
    low: z.kb.low === undefined ? null : pages(z.kb.low),
    high: z.kb.high === undefined ? null : pages(z.kb.high),
    boost: pages(z.kb.boost),
    reserve: z.reserve[highest] ?? 0,
    reserveKnown: z.reserve.length > 0,
    cma,
    cmaCounted: 0,
    code: 'unknown',
    blocks,
  };
  if (v.min === null || !request) return v;
  if (order.indexOf(z.name) > highest) v.code = 'not-for-it';
  else if (v.free - cma - ((1 << wanted) - 1) <= v.min + v.reserve) v.code = 'refused';
  else if (!v.reserveKnown) return v;
  else v.code = wanted > 0 && z.blocks.length > 0 && blocks === 0 ? 'no-block' : 'allowed';
  const counted = pages(z.kb.free_cma) - cma;
  if (v.code === 'allowed' && v.free - counted - ((1 << wanted) - 1) <= v.min + v.reserve) v.cmaCounted = counted;
  return v;
}

/** Highatomic blocks are for others, CMA is for movable pages. */
const usable = (types: string, movable: boolean): boolean =>
  types === '' || /[UME]/.test(types) || (movable && types.includes('C'));
