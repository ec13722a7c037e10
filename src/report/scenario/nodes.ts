/**
 * Memory nodes to which a request was confined by a cpuset or a memory policy. A report prints the zones of those only; what
 * the others have is known from the totals, and stands as one node before them.
 */
import type { FoundInFile, Scenario, ScenarioProcess } from '../../scenario/schema';
import type { Explained } from '../explain';
import { parseNodes } from '../score';
import type { RawReport } from '../types';
import { bytes, PAGE_KB, PAGE_SIZE, sum } from './page';
import { foundZones } from './zones';

type Zones = FoundInFile['zones'];

/** In the lab the other nodes are one, and so are those that could be used. */
const OTHERS = 0;
const USABLE = 1;
/** A machine's page frames below the hole for devices. */
const LOW_PAGES = 786_432;
/** A node needs so much. Pages. */
const MIN_NODE = 8192;

export interface Confined {
  zones: Zones;
  /** Free pages of all zones. */
  free: number;
  /** `machine.nodes` and `machine.cpusets`. */
  machine: Pick<Scenario['machine'], 'nodes' | 'cpusets'>;
  /** What confines a process in the lab. */
  binding: Pick<ScenarioProcess, 'cpuset' | 'mempolicy'>;
}

/** Nodes that the request could use; null where the text does not say, or nothing confined it. */
function usableNodes(e: Explained): number[] | null {
  const { summary } = e.raw;
  if (e.constraint === 'CONSTRAINT_CPUSET') return parseNodes(summary?.memsAllowed ?? null);
  if (e.constraint === 'CONSTRAINT_MEMORY_POLICY') return parseNodes(summary?.nodemask ?? null);
  return null;
}

const pagesOf = (zones: Zones, field: 'managed' | 'free' | 'present'): number =>
  Math.floor(sum(zones.map((z) => Number(z[field]))) / PAGE_SIZE);

/** The two nodes; null where the text does not say how large the others are, or there are none. */
export function confinedZones(e: Explained): Confined | null {
  const nodes = usableNodes(e);
  const { ram, reserved } = e.raw.totals;
  const { free: allFree } = e.raw.counts;
  if (nodes === null || ram === undefined || allFree === undefined) return null;
  const own: RawReport = { ...e.raw, zones: e.raw.zones.filter((z) => nodes.includes(z.node)) };
  if (own.zones.length === 0 || own.zones.some((z) => z.kb.managed === undefined || z.kb.free === undefined))
    return null;
  const usable = foundZones(own, null).zones.map((z) => ({ ...z, node: USABLE }));
  const managed = ram - (reserved ?? 0) - pagesOf(usable, 'managed');
  const free = Math.max(0, allFree - pagesOf(usable, 'free'));
  if (managed < MIN_NODE || pagesOf(usable, 'present') < MIN_NODE || free > managed) return null;
  const others: Zones[number] = {
    node: OTHERS,
    name: managed < LOW_PAGES ? 'DMA32' : 'Normal',
    present: bytes(managed + (reserved ?? 0)),
    managed: bytes(managed),
    free: bytes(free),
  };
  const inCpuset = e.constraint === 'CONSTRAINT_CPUSET';
  const name =
    (e.raw.summary?.cpuset ?? '')
      .replace(/^.*\//, '')
      .replace(/[^\x21-\x7e]/g, '')
      .slice(0, 64) || 'cpuset';
  return {
    zones: [others, ...usable],
    free: pagesOf([others, ...usable], 'free'),
    machine: {
      nodes: [
        { ram: others.present, cpus: 1 },
        { ram: bytes(pagesOf(usable, 'present')), cpus: 1 },
      ],
      ...(inCpuset && { cpusets: { [name]: `${USABLE}` } }),
    },
    binding: inCpuset ? { cpuset: name } : { mempolicy: { mode: 'bind', nodes: `${USABLE}` } },
  };
}

/** vm.min_free_kbytes of the whole machine, of which the report has a part. */
export function wholeMinFree(confined: Confined): number {
  const usable = confined.zones.filter((z) => z.node === USABLE);
  const min = sum(usable.map((z) => Number(z.min ?? 0))) / PAGE_SIZE;
  return Math.round((min * PAGE_KB * pagesOf(confined.zones, 'managed')) / Math.max(1, pagesOf(usable, 'managed')));
}
