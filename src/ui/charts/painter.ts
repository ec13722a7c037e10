/**
 * Draws SVG as if it were a canvas: every frame names the elements it wants, by key and in order, and the painter
 * changes only what differs from the frame before. Elements that are not named again go away.
 */
const NS = 'http://www.w3.org/2000/svg';

export type Attrs = Record<string, string | number | undefined>;

interface Entry {
  node: SVGElement;
  attrs: Attrs;
  text: string;
  fill: string;
  seen: number;
}

export interface Painter {
  /** Starts a frame. */
  begin(): void;
  /** An element. `class`, geometry and presentation attributes go in `attrs`. */
  el(key: string, tag: string, attrs: Attrs): void;
  path(key: string, d: string, attrs?: Attrs): void;
  /** Text; `fill` overrides the class's colour. Parts after the first are tspans with their own attributes. */
  text(key: string, x: number, y: number, content: string, attrs?: Attrs, fill?: string): void;
  /** Elements named in `body` become children of a <g>. */
  group(key: string, attrs: Attrs, body: () => void): void;
  /** Ends the frame: what was not named is removed. */
  end(): void;
  /** Removes everything. */
  clear(): void;
}

const round = (v: string | number): string => (typeof v === 'number' ? String(Math.round(v * 100) / 100) : v);

export function createPainter(root: SVGElement): Painter {
  const entries = new Map<string, Entry>();
  let frame = 0;
  let parent: SVGElement = root;
  let last: ChildNode | null = null;

  function place(key: string, tag: string): Entry {
    let entry = entries.get(key);
    if (!entry) {
      entry = { node: document.createElementNS(NS, tag) as SVGElement, attrs: {}, text: '', fill: '', seen: 0 };
      entries.set(key, entry);
    }
    entry.seen = frame;
    let expected: ChildNode | null = last ? last.nextSibling : parent.firstChild;
    // One that this frame passes over is taken out, or all that follow would have to move before it. If it is named
    // after all, it goes in again.
    if (expected && expected !== entry.node && expected.nextSibling === entry.node) {
      expected.remove();
      expected = entry.node;
    }
    if (expected !== entry.node) parent.insertBefore(entry.node, expected);
    last = entry.node;
    return entry;
  }

  function setAttrs(entry: Entry, attrs: Attrs): void {
    for (const name in entry.attrs) {
      if (entry.attrs[name] !== undefined && attrs[name] === undefined) entry.node.removeAttribute(name);
    }
    for (const name in attrs) {
      const value = attrs[name];
      if (value !== undefined && entry.attrs[name] !== value) entry.node.setAttribute(name, round(value));
    }
    entry.attrs = attrs;
  }

  const painter: Painter = {
    begin() {
      frame++;
      parent = root;
      last = null;
    },
    el(key, tag, attrs) {
      setAttrs(place(key, tag), attrs);
    },
    path(key, d, attrs = {}) {
      setAttrs(place(key, 'path'), { ...attrs, d });
    },
    text(key, x, y, content, attrs = {}, fill = '') {
      const entry = place(key, 'text');
      setAttrs(entry, { ...attrs, x, y });
      if (entry.text !== content) {
        entry.text = content;
        entry.node.textContent = content;
      }
      if (entry.fill !== fill) {
        entry.fill = fill;
        // Through the object model: the content security policy refuses style attributes.
        entry.node.style.fill = fill;
      }
    },
    group(key, attrs, body) {
      const entry = place(key, 'g');
      setAttrs(entry, attrs);
      const outer = parent;
      parent = entry.node;
      last = null;
      body();
      parent = outer;
      last = entry.node;
    },
    end() {
      for (const [key, entry] of entries) {
        if (entry.seen === frame) continue;
        entry.node.remove();
        entries.delete(key);
      }
    },
    clear() {
      painter.begin();
      painter.end();
    },
  };
  return painter;
}
