/** Runs a recording's script through the model and writes down what the model did. */
import type { Kernel, OomRecord } from '../../linux/include/kernel';
import { WMARK_HIGH, WMARK_LOW, WMARK_MIN, WMARK_PROMO, wmarkPages, ZONE_NAMES } from '../../linux/include/mmzone';
import { bootRecorded } from './boot';
import { UnsupportedError } from './guest';
import { oomReport, type ReplayDocument, type ReplayKill, type ReplayZone } from './output';
import type { Recording } from './recording';
import { runScript } from './script';

/** The zones as they are at the end of boot. */
function zonesOf(k: Kernel): Record<string, ReplayZone> {
  const out: Record<string, ReplayZone> = {};
  for (const z of k.zones) {
    out[`${z.node}/${ZONE_NAMES[z.type]}`] = {
      min: wmarkPages(z, WMARK_MIN),
      low: wmarkPages(z, WMARK_LOW),
      high: wmarkPages(z, WMARK_HIGH),
      ...(k.release.promoWatermark && { promo: wmarkPages(z, WMARK_PROMO) }),
      protection: [...z.lowmemReserve],
    };
  }
  return out;
}

/** A choice that changed nothing, because the victim was dying already, prints nothing. */
const reported = (r: OomRecord): boolean => r.logEnd > r.logStart;

function killsOf(k: Kernel): ReplayKill[] {
  return k.oomRecords
    .filter((r) => r.chosen > 0 && reported(r))
    .map((r) => ({
      comm: r.tasks?.find((t) => t.pid === r.chosen)?.comm ?? '',
      points: r.chosenPoints,
      constraint: r.constraint,
      invoker: r.invokerComm,
      ...(r.group.length > 0 && { group: r.group.map((pid) => r.tasks?.find((t) => t.pid === pid)?.comm ?? '') }),
    }));
}

/** What the model predicts. `supported` is false when the recording needs what is not modelled. */
export function replayRecording(recording: Recording): ReplayDocument {
  const head = { format: 'oomlab/replay@1' as const, name: recording.name };
  try {
    const guest = bootRecorded(recording);
    const { k } = guest;
    const zones = zonesOf(k);
    const totalreserve = k.totalreservePages;
    runScript(guest, recording.script);
    return {
      ...head,
      supported: true,
      zones,
      totalreserve,
      kills: killsOf(k),
      ...(k.panic !== '' && { panic: k.panic }),
      oom: k.oomRecords.filter(reported).map((r) =>
        oomReport(
          r,
          k.log.slice(r.logStart, r.logEnd).map((l) => l.text),
        ),
      ),
      samples: guest.samples,
      results: guest.results,
    };
  } catch (error) {
    if (error instanceof UnsupportedError) return { ...head, supported: false, why: error.message };
    throw error;
  }
}
