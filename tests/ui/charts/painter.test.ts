import { beforeEach, describe, expect, test } from 'vitest';
import { createPainter, type Painter } from '../../../src/ui/charts/painter';
import { d } from '../../../src/ui/charts/path';

let root: SVGSVGElement;
let painter: Painter;

beforeEach(() => {
  root = document.createElementNS('http://www.w3.org/2000/svg', 'svg') as SVGSVGElement;
  painter = createPainter(root);
});

function draw(body: () => void): void {
  painter.begin();
  body();
  painter.end();
}
const rects = (...named: string[]) => {
  for (const key of named) painter.el(key, 'rect', { 'data-key': key });
};
const keys = () => [...root.children].map((e) => e.getAttribute('data-key') ?? e.tagName).join('');

/** What is done to the children of the root while `body` draws. */
function moves(body: () => void): number {
  const seen = new MutationObserver(() => {});
  seen.observe(root, { childList: true });
  body();
  const n = seen.takeRecords().length;
  seen.disconnect();
  return n;
}

describe('a picture drawn anew', () => {
  test('keeps elements in the order in which they are named', () => {
    draw(() => rects('a', 'b', 'c'));
    draw(() => rects('c', 'a', 'd', 'b'));
    expect(keys()).toBe('cadb');
  });

  test('leaves those that follow one that went where they are', () => {
    draw(() => rects('a', 'b', 'c', 'd', 'e', 'f'));
    expect(moves(() => draw(() => rects('a', 'd', 'e', 'f')))).toBe(2);
    expect(keys()).toBe('adef');
  });

  test('touches nothing for a change that cannot be seen', () => {
    draw(() => painter.el('a', 'rect', { x: 10.01, opacity: 0.5 }));
    const seen = new MutationObserver(() => {});
    seen.observe(root, { attributes: true, subtree: true });
    draw(() => painter.el('a', 'rect', { x: 10.04, opacity: 0.501 }));
    expect(seen.takeRecords()).toHaveLength(0);
    draw(() => painter.el('a', 'rect', { x: 10.2, opacity: 0.51 }));
    expect(seen.takeRecords()).toHaveLength(2);
  });

  test('takes away an attribute that is not named any more, and gives it back', () => {
    draw(() => painter.el('a', 'rect', { x: 1, fill: 'red' }));
    draw(() => painter.el('a', 'rect', { x: 1 }));
    expect(root.firstElementChild?.hasAttribute('fill')).toBe(false);
    draw(() => painter.el('a', 'rect', { x: 1, fill: 'red' }));
    expect(root.firstElementChild?.getAttribute('fill')).toBe('red');
  });
});

describe('what waits for its turn', () => {
  const part = (key: string, text: string, turn: boolean) => () =>
    painter.onTurn(turn, key, () => painter.text(`${key}-text`, 0, 0, text));

  test('stays as it is until then, and does not go away', () => {
    draw(part('a', 'one', true));
    draw(part('a', 'two', false));
    expect(root.textContent).toBe('one');
    draw(part('a', 'two', true));
    expect(root.textContent).toBe('two');
  });

  test('is there at once where it was not before', () => {
    draw(part('a', 'one', false));
    expect(root.textContent).toBe('one');
  });

  test('goes when it is not named, with all that is in it', () => {
    draw(() => painter.onTurn(true, 'part', () => painter.group('g', {}, () => painter.text('t', 0, 0, 'one'))));
    draw(() => rects('a'));
    expect(keys()).toBe('a');
    draw(part('part', 'two', false));
    expect(root.textContent).toBe('two');
  });

  test('may have in it what has another turn', () => {
    const both = (text: string, outer: boolean, inner: boolean) => () =>
      painter.onTurn(outer, 'outer', () => {
        painter.text('own', 0, 0, text);
        part('inner', text, inner)();
      });
    draw(both('1', true, true));
    draw(both('2', true, false));
    expect(root.textContent).toBe('21');
    draw(both('3', false, true));
    expect(root.textContent).toBe('21');
    draw(both('4', true, true));
    expect(root.textContent).toBe('44');
  });
});

test('a path has its numbers in tenths of a px', () => {
  expect(d`M${1.2345} ${2}H${-0.04}${'z'}`).toBe('M1.2 2H0z');
});
