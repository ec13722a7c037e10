import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { clearRun, receiveFrame, shownStore } from '../../src/store';
import { type Due, redraw, subscribe } from '../../src/ui/frameLoop';
import type { Frame } from '../../src/worker/protocol';
import { fixtureFrame } from '../fixtures/frame';

let seq = 0;
const frame = (status: Frame['status']): Frame => ({ ...fixtureFrame(), seq: seq++, status });
const named = (due: Due) =>
  Object.entries(due)
    .filter(([, now]) => now)
    .map(([name]) => name);

let drawn: string[][] = [];
let ends: (() => void)[] = [];

/** Lets animation frames come for `ms`, a new frame of the machine before each. */
function run(ms: number, interval = 16): void {
  for (let t = 0; t < ms; t += interval) {
    receiveFrame(frame('running'));
    vi.advanceTimersByTime(interval);
  }
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['requestAnimationFrame', 'cancelAnimationFrame', 'performance', 'setTimeout'] });
  clearRun();
  drawn = [];
  ends = [subscribe((_frame, _now, due) => drawn.push(named(due)))];
});

afterEach(() => {
  for (const end of ends) end();
  receiveFrame(frame('paused'));
  vi.advanceTimersByTime(100);
  vi.useRealTimers();
});

const ALL = ['levels', 'flows', 'lanes', 'names', 'numbers', 'marks'];

describe('while the machine runs', () => {
  test('no animation frame but the first is for more than one thing, and everything has its turn', () => {
    run(1000);
    expect(drawn[0]).toEqual(ALL);
    for (const due of drawn.slice(1)) expect(due.length).toBeLessThanOrEqual(1);
    expect(new Set(drawn.slice(1).flat())).toEqual(new Set(ALL));
    // Words and marks go together: once each of every moment that is told of.
    const times = (name: string) => drawn.filter((due) => due.includes(name)).length;
    expect(Math.abs(times('names') - times('marks'))).toBeLessThanOrEqual(1);
  });

  test('those who show it are told between the pictures, again and again', () => {
    let told = 0;
    ends.push(shownStore.subscribe(() => told++));
    run(1000);
    expect(told).toBeGreaterThan(1);
  });

  test('one that is asked to draw again draws all of it at once', () => {
    run(100);
    drawn = [];
    redraw();
    run(16);
    expect(drawn).toEqual([ALL]);
  });
});

test('where animation frames come seldom each is for more', () => {
  const later = vi.spyOn(window, 'requestAnimationFrame').mockImplementation((callback) => {
    return setTimeout(() => callback(performance.now()), 100) as unknown as number;
  });
  run(3000, 100);
  expect(drawn.at(-1)).toEqual(ALL);
  later.mockRestore();
});

test('a machine that stands still is drawn once, all of it', () => {
  receiveFrame(frame('paused'));
  vi.advanceTimersByTime(500);
  expect(drawn).toEqual([ALL]);
});
