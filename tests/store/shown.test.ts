import { beforeEach, expect, test } from 'vitest';
import { clearRun, receiveFrame, runStore, shownStore, tellShown } from '../../src/store';
import type { Frame } from '../../src/worker/protocol';
import { fixtureFrame } from '../fixtures/frame';

const frame = (seq: number, status: Frame['status']): Frame => ({ ...fixtureFrame(), seq, status });

beforeEach(() => clearRun());

test('while the machine runs those who show it are told in parts, everybody once', () => {
  const told: number[] = [];
  const ends = Array.from({ length: 10 }, (_, i) => shownStore.subscribe(() => told.push(i)));
  receiveFrame(frame(1, 'running'), 0);
  told.length = 0;
  receiveFrame(frame(2, 'running'), 1000);
  expect(runStore.getState().shown?.seq).toBe(2);
  expect(told).toEqual([]);
  let parts = 0;
  while (tellShown()) parts++;
  expect(parts).toBeGreaterThan(1);
  expect([...told].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  for (const end of ends) end();
});

test('a machine that stops is told to everybody at once, those who were still waiting among them', () => {
  const told: number[] = [];
  const ends = Array.from({ length: 10 }, (_, i) => shownStore.subscribe(() => told.push(i)));
  receiveFrame(frame(1, 'running'), 0);
  receiveFrame(frame(2, 'running'), 1000);
  tellShown();
  told.length = 0;
  receiveFrame(frame(3, 'paused'), 1001);
  expect(new Set(told).size).toBe(10);
  expect(tellShown()).toBe(false);
  for (const end of ends) end();
});

test('who has left is not told any more', () => {
  const told: string[] = [];
  const end = shownStore.subscribe(() => told.push('left'));
  const stays = shownStore.subscribe(() => told.push('stays'));
  receiveFrame(frame(1, 'running'), 0);
  told.length = 0;
  receiveFrame(frame(2, 'running'), 1000);
  end();
  while (tellShown());
  expect(told).toEqual(['stays']);
  stays();
});
