import { act, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test } from 'vitest';
import { closeInspector, openInspector } from '../../../src/actions/inspector';
import { connectMachine } from '../../../src/actions/lab';
import { handleKey } from '../../../src/actions/registry';
import { inspectorStore, runStore } from '../../../src/store';
import KillInspector from '../../../src/ui/inspector/KillInspector';
import type { WhatIf } from '../../../src/worker/protocol';
import { fixtureFrame } from '../../fixtures/frame';
import { type FakeMachine, fakeMachine } from '../../fixtures/port';
import { firstKill } from './kill';

const kill = firstKill('crazy-allocator');
const { record } = kill;
let machine: FakeMachine;

beforeEach(() => {
  const frame = fixtureFrame({ t: kill.decided });
  machine = fakeMachine(frame);
  connectMachine(machine);
  act(() => {
    runStore.setState({ frame, shown: frame, kills: [kill] });
    openInspector(kill.record.t);
  });
});

test('tells who was killed, and lights the stage at which the head stands', () => {
  render(<KillInspector />);
  const sheet = screen.getByRole('dialog', { name: /oom_killer_try asks for one page/ });
  expect(sheet).toHaveAttribute('aria-modal', 'false');
  const stages = within(sheet).getByRole('list', { name: 'Stages of the kill' });
  const now = within(stages)
    .getAllByRole('listitem')
    .find((li) => li.getAttribute('aria-current'));
  expect(now).toHaveTextContent(/SIGKILL/);
});

test('a stage leads to its moment', async () => {
  render(<KillInspector />);
  await userEvent.click(screen.getByRole('button', { name: /^oom_reaper.*: go to/ }));
  // Among them may be what would happen with other values, which is asked for at leisure.
  expect(machine.requests).toContainEqual({ type: 'seek', t: kill.exitedAt });
});

test('the walk is gone step by step', async () => {
  render(<KillInspector />);
  const table = screen.getByRole('region', { name: /The walk/ });
  const rows = () => within(table).getAllByRole('row').slice(1);
  const total = rows().length;
  expect(rows().filter((r) => r.className.includes('vic'))).toHaveLength(1);
  await userEvent.click(screen.getByRole('button', { name: 'Previous task' }));
  expect(rows().filter((r) => r.className.includes('ahead'))).toHaveLength(1);
  expect(rows()[total - 1]).toHaveTextContent('not looked at yet');
  // The one that is chosen comes last: before it another was the best.
  expect(screen.getByText(/^Best so far: tab-1/)).toBeInTheDocument();
  await userEvent.click(screen.getByRole('button', { name: 'Next task' }));
  expect(rows().filter((r) => r.className.includes('ahead'))).toHaveLength(0);
  expect(screen.getByRole('button', { name: 'Next task' })).toBeDisabled();
});

test('whom a task is lower than is said once in a row', () => {
  const chosen = record.walk.filter((c) => c.pid === record.chosen);
  const walk = [...chosen, ...record.walk.filter((c) => c.pid !== record.chosen)];
  act(() => runStore.setState({ kills: [{ ...kill, record: { ...record, walk } }] }));
  render(<KillInspector />);
  const outcomes = [...document.querySelectorAll('.ki-table td.why:not([colspan])')].map((td) => td.textContent);
  expect(outcomes.slice(0, 3)).toEqual(['✕ chosen', 'lower than oom_killer_try', 'lower']);
});

test('another value is computed by the machine, and what it answers is shown', async () => {
  const other = record.walk.find((c) => c.comm === 'tab-1');
  const answer: WhatIf = {
    pid: record.chosen,
    adj: -900,
    panic: '',
    t: kill.record.t + 60e9,
    kills: [{ ...kill, record: { ...record, chosen: other?.pid ?? 0, chosenPoints: other?.points ?? 0 } }],
  };
  machine.answer('whatIf', answer);
  render(<KillInspector />);
  const slider = screen.getByRole('slider', { name: /^Try another oom_score_adj of oom_killer_try/ });
  slider.focus();
  const from = Number((slider as HTMLInputElement).value);
  await userEvent.keyboard('{PageDown}');
  expect(Number((slider as HTMLInputElement).value)).toBe(from - 100);
  expect(await screen.findByText(/^tab-1 dies and gives back/)).toBeInTheDocument();
  expect(screen.getByText(/There is no other OOM within 60 s/)).toBeInTheDocument();
  expect(machine.requests.at(-1)).toEqual({ type: 'whatIf', before: kill.before, pid: record.chosen, adj: from - 100 });
  await userEvent.click(screen.getByRole('button', { name: /^Replay from/ }));
  expect(machine.requests.slice(-3)).toEqual([
    { type: 'seek', t: kill.before, arrive: true },
    { type: 'command', command: { op: 'oom_score_adj', pid: record.chosen, value: from - 100 } },
    { type: 'runUntil', landmark: 'kill' },
  ]);
});

test('a refusal is said in a sentence', async () => {
  machine.refuse('whatIf', { code: 'no-process', params: { pid: record.chosen } });
  render(<KillInspector />);
  screen.getByRole('slider', { name: /^Try another/ }).focus();
  await userEvent.keyboard('{PageDown}');
  expect(await screen.findByText(/^It could not be computed: /)).toBeInTheDocument();
});

test('Escape closes it and gives the focus back; K opens it again', async () => {
  act(closeInspector);
  const opener = document.createElement('button');
  document.body.append(opener);
  opener.focus();
  act(() => void handleKey(new KeyboardEvent('keydown', { key: 'k' })));
  expect(inspectorStore.getState().open).toBe(true);
  render(<KillInspector />);
  expect(document.activeElement).toHaveTextContent(/asks for one page/);
  await userEvent.keyboard('{Escape}');
  expect(inspectorStore.getState().open).toBe(false);
  expect(document.activeElement).toBe(opener);
  opener.remove();
});

test('a kill that another future does not have is said to be gone', () => {
  render(<KillInspector />);
  act(() => runStore.setState({ kills: [] }));
  expect(screen.getByText(/No process has been killed yet/)).toBeInTheDocument();
});
