/** Pictures of the page as files. Loaded when one is asked for. */

/** What a drawing looks like comes from style sheets and variables, which a file does not have: these are written into it. */
const PAINT = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-linejoin',
  'stroke-linecap',
  'opacity',
  'font-family',
  'font-size',
  'font-weight',
  'font-variant-numeric',
  'text-anchor',
  'dominant-baseline',
  'paint-order',
  'display',
] as const;

const SVG = 'http://www.w3.org/2000/svg';

function paint(from: Element, to: Element): void {
  const style = getComputedStyle(from);
  for (const name of PAINT) {
    const value = style.getPropertyValue(name);
    if (value !== '') to.setAttribute(name, value);
  }
  for (const name of ['style', 'class']) to.removeAttribute(name);
  for (let i = 0; i < from.children.length; i++) paint(from.children[i], to.children[i]);
}

/** Patterns that the drawing refers to and that stand elsewhere on the page. */
function borrowed(svg: SVGElement): Element[] {
  const ids = new Set([...svg.outerHTML.matchAll(/url\([&quot;"']*#([^)"'&]+)/g)].map(([, id]) => id));
  return [...ids].flatMap((id) => {
    const found = document.getElementById(id);
    return found && !svg.contains(found) ? [found] : [];
  });
}

/** A drawing of the page as a file that looks the same elsewhere. */
export function svgFile(svg: SVGSVGElement): string {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  paint(svg, copy);
  const width = svg.clientWidth || Number(svg.getAttribute('width')) || 1;
  const height = svg.clientHeight || Number(svg.getAttribute('height')) || 1;
  const [x = 0, y = 0, w = width, h = height] = (svg.getAttribute('viewBox') ?? '')
    .split(/[ ,]+/)
    .filter(Boolean)
    .map(Number);
  copy.setAttribute('xmlns', SVG);
  copy.setAttribute('width', String(width));
  copy.setAttribute('height', String(height));
  const defs = document.createElementNS(SVG, 'defs');
  for (const found of borrowed(svg)) {
    const pattern = found.cloneNode(true) as Element;
    paint(found, pattern);
    defs.append(pattern);
  }
  const ground = document.createElementNS(SVG, 'rect');
  const parts = { x, y, width: w, height: h, fill: groundOf(svg) };
  for (const [name, value] of Object.entries(parts)) ground.setAttribute(name, String(value));
  const title = document.createElementNS(SVG, 'title');
  title.textContent = svg.getAttribute('aria-label');
  copy.prepend(title, defs, ground);
  return new XMLSerializer().serializeToString(copy);
}

/** The colour that lies under an element. */
function groundOf(element: Element): string {
  for (let e: Element | null = element; e; e = e.parentElement) {
    const color = getComputedStyle(e).backgroundColor;
    if (color && !/^(transparent|rgba\(0, 0, 0, 0\))$/.test(color)) return color;
  }
  return '#fff';
}

/** Twice as fine as the screen's CSS pixels. */
const FINE = 2;

function toBlob(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('no picture'))), 'image/png'),
  );
}

async function rasterize(svg: SVGSVGElement): Promise<Blob> {
  const url = URL.createObjectURL(new Blob([svgFile(svg)], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = image.naturalWidth * FINE;
    canvas.height = image.naturalHeight * FINE;
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await toBlob(canvas);
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** Everything that is drawn of one region on one picture: canvases first, drawings over them. */
async function flatten(region: Element): Promise<Blob> {
  const layers = [
    ...region.querySelectorAll<HTMLCanvasElement | SVGSVGElement>('canvas, svg[data-picture], svg.pyramid'),
  ];
  const box = region.getBoundingClientRect();
  const canvas = document.createElement('canvas');
  canvas.width = Math.ceil(box.width * FINE);
  canvas.height = Math.ceil(box.height * FINE);
  const pen = canvas.getContext('2d');
  if (!pen) throw new Error('no canvas');
  pen.fillStyle = groundOf(region);
  pen.fillRect(0, 0, canvas.width, canvas.height);
  for (const layer of layers) {
    const at = layer.getBoundingClientRect();
    const image = layer instanceof HTMLCanvasElement ? layer : await createImageBitmap(await rasterize(layer));
    pen.drawImage(image, (at.left - box.left) * FINE, (at.top - box.top) * FINE, at.width * FINE, at.height * FINE);
  }
  return toBlob(canvas);
}

/** The pictures that are on the page now. */
export async function pictures(format: 'svg' | 'png'): Promise<{ name: string; content: Blob }[]> {
  const made: { name: string; content: Blob }[] = [];
  const hero = document.querySelector<SVGSVGElement>('svg.pyramid');
  if (hero && format === 'svg')
    made.push({ name: 'memory.svg', content: new Blob([svgFile(hero)], { type: 'image/svg+xml' }) });
  else {
    const picture = document.querySelector('.hero-picture, .map, [data-region="lru-lists"]');
    if (picture) made.push({ name: 'memory.png', content: hero ? await rasterize(hero) : await flatten(picture) });
  }
  const timeline = document.querySelector('[data-region="timeline"]');
  if (timeline) made.push({ name: 'timeline.png', content: await flatten(timeline) });
  return made;
}
