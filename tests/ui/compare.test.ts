import { expect, test } from 'vitest';
import { pauseBoth, runBoth, runToKill, seekBoth, startCompare } from '../../src/actions/compare';
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

test('a moment that is sought while both run is the moment both are at, whatever was under way', async () => {
  const frame = fixtureFrame();
  /** Answers a step when the machine is told to pause, as a worker does, and other things at once. */
  const client = (): MachineClient => {
    let led: (() => void) | null = null;
    return {
      request: ({ type }) =>
        new Promise((resolve) => {
          if (type === 'advance') led = () => resolve({ id: 0, ok: true });
          else {
            led?.();
            resolve({ id: 0, ok: true });
          }
        }),
      onPush: () => () => {},
      close: () => {},
    };
  };
  const end = startCompare(client);
  for (const i of [0, 1] as const) setSide(i, { frame: { ...frame, t: 5.02e9 } });
  compareStore.setState({ t: 5e9 });
  const running = runBoth();
  await new Promise((resolve) => setTimeout(resolve, 60));
  await seekBoth(1e9);
  await running;
  expect(compareStore.getState()).toMatchObject({ t: 1e9, running: false });

  compareStore.setState({ t: 5e9 });
  const again = runBoth();
  await new Promise((resolve) => setTimeout(resolve, 60));
  pauseBoth();
  await again;
  expect(compareStore.getState()).toMatchObject({ t: 5.02e9, running: false });
  end();
});
