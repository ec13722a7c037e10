import { act, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test, vi } from 'vitest';
import { connectMachine } from '../../../src/actions/lab';
import { inspectorStore, runStore } from '../../../src/store';
import { Remedies, remediesOf, trialText } from '../../../src/ui/inspector/Remedies';
import type { Remedy, RemedyTrial } from '../../../src/worker/protocol';
import { fixtureFrame } from '../../fixtures/frame';
import { type FakeMachine, fakeMachine } from '../../fixtures/port';
import { firstKill } from './kill';

const kill = firstKill('crazy-allocator');
const ofGroup = firstKill('container-limit');
let machine: FakeMachine;

const trial = (extra: number, later: number | null, memcg = ''): RemedyTrial => ({
  extra,
  kill: later === null ? null : { t: kill.record.t + later, pid: 9, comm: 'hog', memcg },
  elsewhere: false,
  panic: '',
});
const remedy = (fields: Partial<Remedy>): Remedy => ({
  what: 'swap',
  before: kill.before,
  trials: [],
  bound: 131_072,
  span: 30e9,
  least: -1,
  below: 0,
  ...fields,
});

beforeEach(() => {
  const frame = fixtureFrame();
  machine = fakeMachine(frame);
  connectMachine(machine);
  act(() => {
    runStore.setState({ frame, shown: frame });
    inspectorStore.setState({ remedy: null });
  });
});

test('more swap is asked for a full machine, higher limits for a full group, and nothing where somebody pressed SysRq', () => {
  expect(remediesOf(kill, 65_535)).toEqual(['swap']);
  expect(remediesOf(ofGroup, 65_535)).toEqual(['memory.max', 'memory.swap.max']);
  expect(remediesOf(ofGroup, 0)).toEqual(['memory.max']);
  expect(remediesOf({ ...kill, record: { ...kill.record, order: -1 } }, 65_535)).toEqual([]);
});

test('a trial says who died and how much later, whether it was for another want, or that nobody did', () => {
  expect(trialText(kill, trial(1, null))).toBe('no kill');
  expect(trialText(kill, trial(1, 0))).toBe('hog dies all the same');
  expect(trialText(kill, trial(1, 2.5e9))).toBe('hog dies, 2.5 s later');
  expect(trialText(kill, trial(1, -2.5e9))).toBe('hog dies, 2.5 s earlier');
  expect(trialText(ofGroup, { ...trial(1, 0), elsewhere: true })).toMatch(/^hog \(the machine is full\) dies/);
  expect(trialText(kill, { ...trial(1, null), panic: 'System is deadlocked on memory' })).toMatch(/panics/);
});

test('the least amount is told with the largest that is not enough, and all that was tried', async () => {
  machine.answer(
    'remedy',
    remedy({ trials: [trial(4096, 1e9), trial(8192, null), trial(6144, 2e9)], least: 8192, below: 6144 }),
  );
  render(<Remedies kill={kill} />);
  await userEvent.click(screen.getByRole('button', { name: 'More swap?' }));
  expect(machine.requests.at(-1)).toEqual({ type: 'remedy', before: kill.before, what: 'swap' });
  expect(
    await screen.findByText(/^32 MiB more swap \(288 MiB in all\) is enough: no such kill within 30 s/),
  ).toBeVisible();
  expect(screen.getByText(/With 24 MiB more swap there still is one\./)).toBeVisible();
  const rows = within(screen.getByRole('table')).getAllByRole('row').slice(1);
  expect(rows.map((r) => r.textContent)).toEqual([
    '16 MiB more swaphog dies, 1 s later',
    '24 MiB more swaphog dies, 2 s later',
    '32 MiB more swapno kill',
  ]);
});

test('a machine with so much more swap can be opened where the kill was', async () => {
  machine.answer('remedy', remedy({ trials: [trial(8192, null)], least: 8192 }));
  render(<Remedies kill={kill} />);
  await userEvent.click(screen.getByRole('button', { name: 'More swap?' }));
  await userEvent.click(await screen.findByRole('button', { name: /^Open it with 32 MiB more swap, at / }));
  await vi.waitFor(() => expect(machine.requests.at(-1)).toMatchObject({ type: 'open', at: kill.before }));
});

test('where nothing is enough, that is said with the most that was tried', async () => {
  machine.answer('remedy', remedy({ trials: [trial(131_072, 9e9)], below: 131_072 }));
  render(<Remedies kill={kill} />);
  await userEvent.click(screen.getByRole('button', { name: 'More swap?' }));
  expect(await screen.findByText(/^Not even 512 MiB more swap is enough/)).toBeVisible();
});

test('on the way it shows how far it is and what it knows, can be stopped, and keeps what it found', async () => {
  let refuse: () => void = () => {};
  const request = machine.request.bind(machine);
  machine.request = (asked) => {
    if (asked.type === 'remedy')
      return new Promise((resolve) => {
        refuse = () => resolve({ id: 0, ok: false, refusal: { code: 'superseded', params: {} } });
      });
    if (asked.type === 'stopSearch') refuse();
    return request(asked);
  };
  render(<Remedies kill={kill} />);
  await userEvent.click(screen.getByRole('button', { name: 'More swap?' }));
  act(() =>
    machine.push({
      type: 'remedy',
      progress: {
        what: 'swap',
        before: kill.before,
        trials: [trial(4096, 1e9)],
        extra: 8192,
        t: 10e9,
        until: 31e9,
      },
    }),
  );
  expect(screen.getByText('The machine goes through it with 32 MiB more swap: 10.0 of 31.0 s.')).toBeVisible();
  expect(screen.getByRole('progressbar')).toHaveValue(10e9);
  await userEvent.click(screen.getByRole('button', { name: 'Stop' }));
  expect(await screen.findByText('Stopped. So far:')).toBeVisible();
  expect(screen.getByRole('row', { name: /16 MiB more swap/ })).toHaveTextContent('hog dies, 1 s later');
  expect(inspectorStore.getState().remedy).toBeNull();
});

test('a limit that is enough can be tried on the open machine', async () => {
  const had = ofGroup.record.limit?.max ?? 0;
  machine.answer('remedy', remedy({ what: 'memory.max', least: 2048, trials: [trial(2048, null)] }));
  render(<Remedies kill={ofGroup} />);
  await userEvent.click(screen.getByRole('button', { name: 'A higher memory.max?' }));
  await userEvent.click(await screen.findByRole('button', { name: /^Replay from .* with memory\.max 104M$/ }));
  expect(had + 2048).toBe(104 * 256);
  expect(machine.requests.slice(-3)).toEqual([
    { type: 'seek', t: ofGroup.before, arrive: true },
    { type: 'command', command: { op: 'cgroup_write', path: '/web', file: 'memory.max', value: '104M' } },
    { type: 'runUntil', landmark: 'kill' },
  ]);
});
