/** The order in which zones are tried. §1.4. */
import type { PgData, Zone } from '../../include/mmzone';

/** SLIT distances of a machine that says nothing: 10 to itself, 20 to any other node. */
export const LOCAL_DISTANCE = 10;
export const REMOTE_DISTANCE = 20;

/** Above all that node_load can come to. */
const MAX_NUMNODES = 1024;

/** find_next_best_node: the nearest node not in the list yet, with a preference for higher numbers and light loads. */
function nextBestNode(
  local: number,
  order: number[],
  near: (n: number) => number,
  nodes: number[],
  load: number[],
): number {
  if (!order.includes(local) && nodes.includes(local)) return local;
  let best = -1;
  let least = Infinity;
  for (const n of nodes) {
    if (order.includes(n)) continue;
    const value = near(n) * MAX_NUMNODES + load[n];
    if (value < least) {
      least = value;
      best = n;
    }
  }
  return best;
}

/**
 * build_all_zonelists: for each node its own zones high to low, then those of the other nodes, the nearest first. Among
 * equals a node is put off when others have it as their first choice already.
 *
 * @param cpuNode node of each cpu: nodes without cpus come before those with
 * @param distance by node and node; without it 10 to itself and 20 to others
 */
export function buildAllZonelists(
  nodes: PgData[],
  zones: Zone[],
  cpuNode: readonly number[],
  distance?: readonly (readonly number[])[],
): void {
  const load = nodes.map(() => 0);
  const dist = (a: number, b: number): number => distance?.[a]?.[b] ?? (a === b ? LOCAL_DISTANCE : REMOTE_DISTANCE);
  // By type, lowest first.
  const populated = (id: number): number[] => nodes[id].zones.filter((i) => i >= 0 && zones[i].managed > 0);
  const withMemory = nodes.map((n) => n.id).filter((id) => populated(id).length > 0);
  for (const { id } of nodes) {
    const near = (n: number): number => dist(id, n) + (n < id ? 1 : 0) + (cpuNode.includes(n) ? 1 : 0);
    const order: number[] = [];
    let previous = id;
    for (;;) {
      const n = nextBestNode(id, order, near, withMemory, load);
      if (n < 0) break;
      if (dist(id, n) !== dist(id, previous)) load[n]++;
      order.push(n);
      previous = n;
    }
    nodes[id].zonelist = order.flatMap((n) => populated(n).reverse());
  }
}
