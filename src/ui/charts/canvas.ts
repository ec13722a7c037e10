/** Canvases that stay sharp and follow the theme. */

/** Makes the canvas `width` x `height` CSS px at the screen's resolution; returns its context, scaled to CSS px. */
export function fitCanvas(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D | null {
  const ratio = globalThis.devicePixelRatio || 1;
  const w = Math.max(1, Math.round(width * ratio));
  const h = Math.max(1, Math.round(height * ratio));
  if (canvas.width !== w) canvas.width = w;
  if (canvas.height !== h) canvas.height = h;
  const context = canvas.getContext('2d');
  context?.setTransform(ratio, 0, 0, ratio, 0, 0);
  return context;
}

/** Values of custom properties at `element`, read again when the theme (any string that stands for it) changes. */
export function createColors(element: Element): (name: string, theme: string) => string {
  let known = '';
  let values = new Map<string, string>();
  return (name, theme) => {
    if (theme !== known) {
      known = theme;
      values = new Map();
    }
    let value = values.get(name);
    if (value === undefined) {
      value = getComputedStyle(element).getPropertyValue(name).trim() || 'gray';
      values.set(name, value);
    }
    return value;
  };
}

/** A tile of diagonal stripes, `period` px apart, `width` px wide. `down` leans like a backslash. */
export function stripes(
  context: CanvasRenderingContext2D,
  color: string,
  period: number,
  width: number,
  ground: string | null = null,
): CanvasPattern | string {
  // Twice the resolution: stripes of one pixel would look like beads.
  const scale = 4;
  const tile = document.createElement('canvas');
  tile.width = tile.height = period * scale;
  const ink = tile.getContext('2d');
  if (!ink) return color;
  ink.scale(scale, scale);
  if (ground) {
    ink.fillStyle = ground;
    ink.fillRect(0, 0, period, period);
  }
  ink.strokeStyle = color;
  ink.lineWidth = width;
  ink.beginPath();
  for (const shift of [-period, 0, period]) {
    ink.moveTo(shift - 1, period + 1);
    ink.lineTo(shift + period + 1, -1);
  }
  ink.stroke();
  const pattern = context.createPattern(tile, 'repeat');
  pattern?.setTransform(new DOMMatrix().scale(1 / scale));
  return pattern ?? color;
}
