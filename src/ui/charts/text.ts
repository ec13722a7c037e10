/** How wide a text is, so that what stands beside it keeps clear of it. */

const widths = new Map<string, number>();
let context: CanvasRenderingContext2D | null | undefined;
let family = '';

/** Width in px at `size` px. Figures are tabular: any digit is as wide as another. */
export function textWidth(text: string, size: number, bold = false): number {
  const key = `${bold ? 'b' : 'r'}${text.replace(/\d/g, '0')}`;
  let width = widths.get(key);
  if (width === undefined) {
    width = measure(key.slice(1), bold);
    if (widths.size > 4000) widths.clear();
    widths.set(key, width);
  }
  return width * size;
}

/** Width in em. Without a canvas: the average letter of a system sans. */
function measure(text: string, bold: boolean): number {
  if (context === undefined) {
    context = document.createElement('canvas').getContext('2d');
    family = getComputedStyle(document.body).fontFamily || 'sans-serif';
  }
  if (!context) return text.length * (bold ? 0.6 : 0.55);
  context.font = `${bold ? 650 : 400} 100px ${family}`;
  return context.measureText(text).width / 100;
}

/** Lines of at most `width` px, broken between words. */
export function wrap(text: string, size: number, width: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines[lines.length - 1];
    const longer = last ? `${last} ${word}` : word;
    if (last && textWidth(longer, size) > width) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}
