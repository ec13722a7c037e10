/**
 * Draws SVG as if it were a canvas: every frame names the elements it wants, by key and in order, and the painter
 * changes only what differs from the frame before. Elements that are not named again go away.
 */
import { tenths } from './path';
import { setText } from './setText';

const NS = 'http://www.w3.org/2000/svg';

export type Attrs = Record<string, string | number | undefined>;

interface Entry {
  node: SVGElement;
  attrs: Attrs;
  /** `attrs` as written to the document. */
  written: Record<string, string>;
  text: string;
  fill: string;
  seen: number;
  /** All that a group that waits for its turn had in it when it was drawn last. */
  members: Entry[];
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
  /** As `group`, but where it is there already it stays as it is while it is not its `turn`. */
  onTurn(turn: boolean, key: string, body: () => void): void;
  /** Ends the frame: what was not named is removed. */
  end(): void;
  /** Removes everything. */
  clear(): void;
}

/** As it is written to the document: lengths as `d` writes them, opacities and weights of lines in hundredths. */
const written = (name: string, v: string | number): string =>
  typeof v !== 'number'
    ? v
    : String(name.endsWith('opacity') || name === 'stroke-width' ? Math.round(v * 100) / 100 : tenths(v));

export function createPainter(root: SVGElement): Painter {
  const entries = new Map<string, Entry>();
  let frame = 0;
  /** Of the group on its turn that is being drawn. */
  let members: Entry[] | null = null;
  let parent: SVGElement = root;
  let last: ChildNode | null = null;

  function place(key: string, tag: string): Entry {
    let entry = entries.get(key);
    if (!entry) {
      entry = {
        node: document.createElementNS(NS, tag) as SVGElement,
        attrs: {},
        written: {},
        text: '',
        fill: '',
        seen: 0,
        members: [],
      };
      entries.set(key, entry);
    }
    entry.seen = frame;
    members?.push(entry);
    const next = last ? last.nextSibling : parent.firstChild;
    // Those that are passed over on the way to it stay where they are: they go at the end of the frame, or move if they
    // are named after all. Moving all that follow instead would cost their layout.
    let ahead: ChildNode | null = entry.node.parentNode === parent ? next : null;
    while (ahead && ahead !== entry.node) ahead = ahead.nextSibling;
    if (!ahead) parent.insertBefore(entry.node, next);
    last = entry.node;
    return entry;
  }

  function setAttrs(entry: Entry, attrs: Attrs): void {
    for (const name in entry.attrs) {
      if (entry.attrs[name] === undefined || attrs[name] !== undefined) continue;
      entry.node.removeAttribute(name);
      delete entry.written[name];
    }
    for (const name in attrs) {
      const value = attrs[name];
      if (value === undefined || entry.attrs[name] === value) continue;
      const next = written(name, value);
      if (entry.written[name] === next) continue;
      entry.written[name] = next;
      entry.node.setAttribute(name, next);
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
        setText(entry.node, content);
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
    onTurn(turn, key, body) {
      const before = entries.get(key);
      if (before && !turn) {
        place(key, 'g');
        for (const member of before.members) member.seen = frame;
        members?.push(...before.members);
        return;
      }
      const outer = members;
      const mine: Entry[] = [];
      painter.group(key, {}, () => {
        members = mine;
        body();
        members = outer;
      });
      const entry = entries.get(key);
      if (entry) entry.members = mine;
      outer?.push(...mine);
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
