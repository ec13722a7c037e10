/** The tip of the pyramid: the caches of a CPU. */

import { fade } from '../charts/kinds';
import type { Painter } from '../charts/painter';
import { bytes, duration } from '../format';
import { rightAt, slicePath, type Trapezoid } from './geometry';
import type { Scene } from './scene';

export function drawTiers(p: Painter, { frame, layout, hovered }: Scene): void {
  const opacity = fade([], hovered);
  layout.tiers.forEach((shape, i) => {
    const cache = frame.caches[i];
    if (!cache) return;
    const paint = `var(--c${i + 1})`;
    const middle = (shape.top + shape.bottom) / 2 + 4.5;
    // The part in use is solid, filled from the bottom; area again is bytes within the tier.
    const level = levelOf(shape, cache.occupied);
    p.path(`tier-${i}`, slicePath(shape, shape.top, shape.bottom), {
      fill: 'var(--well)',
      stroke: paint,
      'stroke-width': 1,
      opacity,
    });
    p.path(`tier-used-${i}`, slicePath(shape, level, shape.bottom), { fill: paint, opacity });
    // The name stands in the larger part.
    const covered = shape.bottom - level >= level - shape.top;
    const nameY = (covered ? level + shape.bottom : shape.top + level) / 2 + 4.5;
    p.text(
      `tier-name-${i}`,
      shape.cx,
      nameY,
      cache.name,
      {
        class: 'c b',
        'font-size': layout.phone ? 12 : 13,
        opacity,
      },
      covered ? 'var(--plane)' : 'var(--ink)',
    );
    const right = rightAt(shape, shape.bottom);
    if (layout.phone) {
      p.text(`tier-ns-${i}`, right + 4, middle, duration(cache.latencyNs), { class: 's2', 'font-size': 12 });
    } else {
      p.text(`tier-ns-${i}`, right + 6, middle - 7, `~${duration(cache.latencyNs)}`, { class: 'b', 'font-size': 13 });
      p.text(`tier-size-${i}`, right + 6, middle + 6, bytes(cache.bytes), { class: 's3', 'font-size': 11 });
    }
  });
}

/** Height below which the share of the tier's area lies. */
function levelOf(shape: Trapezoid, share: number): number {
  const free = 1 - Math.min(1, Math.max(0, share));
  const { topWidth: a, bottomWidth: b, top, bottom } = shape;
  const s = (b - a) / (bottom - top);
  const part = (free * (a + b) * (bottom - top)) / 2;
  return s === 0 ? top + part / a : top + (Math.sqrt(a * a + 2 * s * part) - a) / s;
}
