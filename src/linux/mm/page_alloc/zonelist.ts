/** The order in which zones are tried. §1.4. */
import { MAX_NR_ZONES, type PgData, type Zone } from '../../include/mmzone';

/** build_zonelists: own zones high to low, then the other nodes' in turn. §1.4. */
export function buildZonelist(id: number, nodes: PgData[], zones: Zone[]): number[] {
  const out: number[] = [];
  for (let step = 0; step < nodes.length; step++) {
    const nid = (id + step) % nodes.length;
    for (let type = MAX_NR_ZONES - 1; type >= 0; type--) {
      const i = nodes[nid].zones[type];
      if (i >= 0 && zones[i].managed > 0) out.push(i);
    }
  }
  return out;
}
