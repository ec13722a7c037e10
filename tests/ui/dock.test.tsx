import { act, render, screen } from '@testing-library/react';
import { beforeEach, expect, test } from 'vitest';
import { clearRun, receiveFrame } from '../../src/store';
import { Dock } from '../../src/ui/narrow/Dock';
import type { Frame } from '../../src/worker/protocol';
import { fixtureFrame } from '../fixtures/frame';

beforeEach(() => clearRun());

const show = (frame: Frame) => {
  act(() => receiveFrame(frame));
  render(<Dock />);
  return document.querySelector('.dock-candidate');
};

test('the dock names who would be killed now', () => {
  expect(show(fixtureFrame())).toHaveTextContent(/would be killed now.*leakyd/);
});

test('until a victim is gone the dock tells of its kill, whoever would be next', () => {
  const frame = fixtureFrame();
  const pid = frame.procs.find((p) => p.comm === 'lockd')?.pid ?? 0;
  const procs = frame.procs.map((p) => (p.pid === pid ? { ...p, state: 'exiting' as const, points: null } : p));
  const record = { t: 41e9, chosen: pid, sacrificed: null, memcg: '/web' } as unknown as Frame['oomRecords'][number];
  expect(show({ ...frame, procs, oomRecords: [record] })).toHaveTextContent(/killed at 41\.000 s.*lockd/);
  expect(screen.queryByText(/would be killed now/)).toBeNull();
});
