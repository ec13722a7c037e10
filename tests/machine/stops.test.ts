import { expect, test } from 'vitest';
import { createStops, lastStopBefore, noteStop, STOPS_KEPT, stopsUpTo } from '../../src/machine/stops';

test('stops are kept in order, none twice, and the last one before a moment is found', () => {
  const s = createStops();
  expect(lastStopBefore(s, 5)).toBe(0);
  for (const t of [7, 7, 5, 9, 12]) noteStop(s, t);
  expect([5, 7, 8, 9, 10, 99].map((t) => lastStopBefore(s, t))).toEqual([0, 0, 7, 7, 9, 12]);
  const cut = stopsUpTo(s, 9);
  noteStop(cut, 10);
  expect(lastStopBefore(cut, 99)).toBe(10);
  expect(lastStopBefore(s, 99)).toBe(12);
});

test('the latest are kept, and of a moment before them it is known that the answer is not', () => {
  const s = createStops();
  const end = 3 * STOPS_KEPT;
  for (let t = 1; t <= end; t++) noteStop(s, t);
  const oldest = end - STOPS_KEPT + 1;
  expect(lastStopBefore(s, end + 10)).toBe(end);
  expect(lastStopBefore(s, oldest + 1)).toBe(oldest);
  expect(lastStopBefore(s, oldest)).toBeNull();
  expect(lastStopBefore(s, 10)).toBeNull();
  const cut = stopsUpTo(s, oldest + 2);
  noteStop(cut, end);
  expect([oldest, oldest + 1, end, end + 1].map((t) => lastStopBefore(cut, t))).toEqual([
    null,
    oldest,
    oldest + 2,
    end,
  ]);
  expect(lastStopBefore(stopsUpTo(s, 10), 20)).toBeNull();
});
