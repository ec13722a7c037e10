import { beforeEach, expect, test } from 'vitest';
import { clearRun, receiveFrame, runStore, shownStore, tellShown } from '../../src/store';
import type { Frame } from '../../src/worker/protocol';
import { fixtureFrame } from '../fixtures/frame';

const frame = (seq: number, status: Frame['status']): Frame => ({ ...fixtureFrame(), seq, status });

beforeEach(() => clearRun());

test('while the machine runs those who show it are told as many as fit, everybody once', () => {
  const told: number[] = [];
  const ends = Array.from({ length: 10 }, (_, i) => shownStore.subscribe(() => told.push(i)));
  receiveFrame(frame(1, 'running'), 0);
  told.length = 0;
  receiveFrame(frame(2, 'running'), 1000);
  expect(runStore.getState().shown?.seq).toBe(2);
  expect(told).toEqual([]);
  let asked = 0;
  const three = () => ++asked % 3 === 0;
  expect(tellShown(three)).toBe(true);
  expect(told).toHaveLength(3);
  while (tellShown(three));
  expect([...told].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  for (const end of ends) end();
});

test('a machine that stops is told to everybody at once, those who were still waiting among them', () => {
  const told: number[] = [];
  const ends = Array.from({ length: 10 }, (_, i) => shownStore.subscribe(() => told.push(i)));
  receiveFrame(frame(1, 'running'), 0);
  receiveFrame(frame(2, 'running'), 1000);
  tellShown(() => true);
  told.length = 0;
  receiveFrame(frame(3, 'paused'), 1001);
  expect(new Set(told).size).toBe(10);
  expect(tellShown()).toBe(false);
  for (const end of ends) end();
});

test('the next frame is shown when everybody knows of the one before', () => {
  const end = shownStore.subscribe(() => {});
  const other = shownStore.subscribe(() => {});
  receiveFrame(frame(1, 'running'), 0);
  receiveFrame(frame(2, 'running'), 1000);
  tellShown(() => true);
  receiveFrame(frame(3, 'running'), 2000);
  expect(runStore.getState().shown?.seq).toBe(2);
  tellShown();
  receiveFrame(frame(4, 'running'), 2001);
  expect(runStore.getState().shown?.seq).toBe(4);
  end();
  other();
});

test('who has left is not told any more', () => {
  const told: string[] = [];
  const end = shownStore.subscribe(() => told.push('left'));
  const stays = shownStore.subscribe(() => told.push('stays'));
  receiveFrame(frame(1, 'running'), 0);
  told.length = 0;
  receiveFrame(frame(2, 'running'), 1000);
  end();
  tellShown();
  expect(told).toEqual(['stays']);
  stays();
});
