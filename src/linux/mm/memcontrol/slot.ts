/**
 * Whose a swap slot is: the memcg that is charged for it (swap_cgroup), and the one that its shadow belongs to. Mostly it
 * is one and the same; the two stand side by side in one element of `Swap.memcgs`, to be read and cleared together. §11.6
 */
import type { Kernel } from '../../include/kernel';

const MEMCG_BITS = 8;
const MEMCG_MASK = 2 ** MEMCG_BITS - 1;

/** The element of a slot that `charged` is charged for, with a shadow of `shadow`'s. */
export const slotMemcgs = (charged: number, shadow: number): number => charged | (shadow << MEMCG_BITS);

/** The memcg that is charged for a slot, 0 = none. */
export const slotMemcg = (k: Kernel, slot: number): number =>
  k.swap.memcgs.length === 0 ? 0 : k.swap.memcgs[slot] & MEMCG_MASK;

/** The memcg that a slot's shadow belongs to. */
export const slotShadowMemcg = (k: Kernel, slot: number): number =>
  k.swap.memcgs.length === 0 ? 0 : k.swap.memcgs[slot] >> MEMCG_BITS;

export function setSlotMemcg(k: Kernel, slot: number, memcg: number): void {
  if (k.swap.memcgs.length > 0) k.swap.memcgs[slot] = slotMemcgs(memcg, slotShadowMemcg(k, slot));
}

export function setSlotShadowMemcg(k: Kernel, slot: number, memcg: number): void {
  if (k.swap.memcgs.length > 0) k.swap.memcgs[slot] = slotMemcgs(slotMemcg(k, slot), memcg);
}
