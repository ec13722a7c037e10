import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { placeFlags, roomBeside } from '../../../src/ui/timeline/flags';
import type { TimelineEvent } from '../../../src/worker/protocol';

const S = 1e9;
const WIDTH = 860;
const domain = { from: 0, to: 50 * S };
const measure = (text: string) => text.length * 7;
const event = (t: number, kind: TimelineEvent['kind'], label = ''): TimelineEvent => ({
  t: t * S,
  kind,
  label,
  pid: 1,
});
const flagsOf = (...events: TimelineEvent[]) => placeFlags(events, domain, WIDTH, measure);
const xOf = (t: number) => (t / 50) * WIDTH;

describe('a message among the flags', () => {
  test('stands beside the flag of its kill, where the run has not come yet', () => {
    const flags = flagsOf(event(5, 'kswapd'), event(12, 'swap-out'), event(24, 'kill', 'leakyd'));
    const { x, width } = roomBeside(flags, xOf(24), 340, WIDTH);
    expect(x).toBeGreaterThan(xOf(24) + measure('✕ leakyd'));
    expect(x).toBeLessThan(xOf(24) + measure('✕ leakyd') + 30);
    expect(width).toBe(340);
  });
  test('goes to the other side of a kill at the end of the axis', () => {
    const flags = flagsOf(event(5, 'kswapd'), event(46, 'kill', 'leakyd'));
    const { x } = roomBeside(flags, xOf(46), 340, WIDTH);
    expect(x + 340).toBeLessThan(xOf(46));
    expect(x).toBeGreaterThan(xOf(5) + measure('kswapd wakes'));
  });
  test('stays where it is as long as nothing comes under it', () => {
    const [kill, late] = [event(10, 'kill', 'leakyd'), event(15, 'kswapd')];
    const room = roomBeside(flagsOf(kill), xOf(10), 340, WIDTH);
    expect(roomBeside(flagsOf(kill, event(2, 'swap-out')), xOf(10), 340, WIDTH, room)).toEqual(room);
    expect(roomBeside(flagsOf(kill, late), xOf(10), 340, WIDTH, room)).not.toEqual(room);
  });
  test('takes the widest room where it has none, and never covers words', () => {
    const some = fc.record<TimelineEvent>({
      t: fc.integer({ min: 0, max: 50 * S }),
      kind: fc.constantFrom('kswapd', 'swap-out', 'kill', 'command'),
      label: fc.constantFrom('crazy', 'launch', 'a long name'),
      pid: fc.nat(500),
    });
    fc.assert(
      fc.property(
        fc.array(some, { maxLength: 12 }),
        fc.double({ min: 0, max: WIDTH, noNaN: true }),
        (events, about) => {
          const flags = flagsOf(...events);
          const { x, width } = roomBeside(flags, about, 340, WIDTH);
          expect(x).toBeGreaterThanOrEqual(0);
          expect(x + width).toBeLessThanOrEqual(WIDTH + 1e-6);
          for (const flag of flags.filter((f) => f.label !== '')) {
            const [from, to] = flag.side === 'right' ? [flag.x, flag.x + flag.width] : [flag.x - flag.width, flag.x];
            expect(to <= x || from >= x + width).toBe(true);
          }
        },
      ),
    );
  });
});
