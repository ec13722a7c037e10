/** Keeps labels on a line from covering each other. */
export interface Slot {
  /** Where its middle wants to be. */
  at: number;
  /** Half of what it needs. */
  half: number;
}

/**
 * Middles for the labels, in the order given by their wishes, none over another and all within `from`..`to` as long as
 * there is room. Returned in the order of `slots`.
 */
export function spread(slots: Slot[], from: number, to: number, gap = 2): number[] {
  const order = slots.map((_, i) => i).sort((a, b) => slots[a].at - slots[b].at || a - b);
  const at = slots.map((s) => s.at);
  let edge = from;
  for (const i of order) {
    at[i] = Math.max(at[i], edge + slots[i].half);
    edge = at[i] + slots[i].half + gap;
  }
  edge = to;
  for (const i of order.reverse()) {
    at[i] = Math.min(at[i], edge - slots[i].half);
    edge = at[i] - slots[i].half - gap;
  }
  return at;
}
