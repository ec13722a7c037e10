/** Seeks one at a time while the head is dragged: the latest wish wins, those in between are dropped. */
import { seek } from '../../actions/lab';

let wanted: number | null = null;
let busy = false;

/** Asks for a moment, ns; resolves when the head has come to rest there or at a later wish. */
export async function scrubTo(time: number): Promise<void> {
  wanted = Math.max(0, Math.round(time));
  if (busy) return;
  busy = true;
  try {
    while (wanted !== null) {
      const next: number = wanted;
      wanted = null;
      await seek(next);
    }
  } finally {
    busy = false;
  }
}
