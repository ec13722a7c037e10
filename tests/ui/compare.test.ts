import { expect, test } from 'vitest';
import { runBoth, runToKill, startCompare } from '../../src/actions/compare';
import { compareStore, setSide } from '../../src/store/compare';
import type { MachineClient } from '../../src/worker/client';
import { fixtureFrame } from '../fixtures/frame';

test('two machines are led only when both are open: one alone would run ahead', async () => {
  const asked: string[] = [];
  const client = (): MachineClient => ({
    request: async ({ type }) => {
      asked.push(type);
      return { id: 0, ok: true };
    },
    onPush: () => () => {},
    close: () => {},
  });
  const end = startCompare(client);
  setSide(0, { frame: fixtureFrame() });
  expect(await runToKill()).toBe(false);
  await runBoth();
  expect(asked).toEqual([]);
  expect(compareStore.getState()).toMatchObject({ running: false, t: 0 });
  setSide(1, { frame: fixtureFrame() });
  expect(await runToKill()).toBe(false);
  expect(asked).toContain('advance');
  end();
});
