/** The zones of a frame. */
import type { Kernel } from '../../linux/include/kernel';
import { MAX_NR_ZONES, ZONE_MOVABLE, ZONE_NAMES, ZONE_NORMAL, type Zone } from '../../linux/include/mmzone';
import { zoneNumbers } from '../../linux/mm/oom_kill/snapshot';
import { noKinds } from '../kinds';
import type { KindPages, ZoneFrame } from '../protocol';

/** Zones that every x86-64 machine of one node shows, populated or not. */
const SHOWN_ZONES = ZONE_NORMAL + 1;
export const zoneId = (z: { node: number; name: string }): string => `${z.node}/${z.name}`;

function zoneFrame(z: Zone, kinds: KindPages): ZoneFrame {
  return {
    id: zoneId(z),
    ...zoneNumbers(z, ZONE_MOVABLE),
    firstPfn: z.startPfn,
    endPfn: z.startPfn + z.present,
    kinds,
  };
}

/** A zone without pages: the machine has no memory at those addresses. */
function emptyZone(node: number, type: number, pfn: number): ZoneFrame {
  const name = ZONE_NAMES[type];
  return {
    id: `${node}/${name}`,
    name,
    node,
    present: 0,
    managed: 0,
    free: 0,
    pcp: 0,
    min: 0,
    low: 0,
    high: 0,
    boost: 0,
    reserve: 0,
    firstPfn: pfn,
    endPfn: pfn,
    kinds: noKinds(),
  };
}

export function zoneFrames(k: Kernel, kinds: KindPages[]): ZoneFrame[] {
  const frames: ZoneFrame[] = [];
  const first = [1, 4096, 1_048_576];
  for (let type = 0; type < MAX_NR_ZONES; type++) {
    const own = k.zones.filter((z) => z.type === type);
    for (const z of own) frames.push(zoneFrame(z, kinds[z.idx]));
    if (own.length === 0 && type < SHOWN_ZONES) frames.push(emptyZone(0, type, first[type]));
  }
  return frames;
}
