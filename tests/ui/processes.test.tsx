import { act, fireEvent, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it } from 'vitest';
import { connectMachine } from '../../src/actions/lab';
import { clearRun, receiveFrame } from '../../src/store';
import { adjKey, adjProblem } from '../../src/ui/processes/AdjControl';
import { keepOrder, orderProcesses, rowKind } from '../../src/ui/processes/order';
import { Processes } from '../../src/ui/processes/Processes';
import { fixtureFrame } from '../fixtures/frame';
import { LATER } from '../fixtures/later';
import { type FakeMachine, fakeMachine } from '../fixtures/port';

let machine: FakeMachine;

beforeEach(() => {
  clearRun();
  const frame = fixtureFrame();
  machine = fakeMachine(frame);
  connectMachine(machine);
  act(() => receiveFrame(frame));
});

const row = (name: string) => screen.getByText(name).closest('li') as HTMLElement;
const commands = () => machine.requests.flatMap((r) => (r.type === 'command' ? [r.command] : []));

describe('the list of processes', () => {
  it('goes by badness, then the dead, then those that are never chosen', () => {
    const order = orderProcesses(fixtureFrame().procs).map((p) => p.comm);
    expect(order.slice(0, 3)).toEqual(['leakyd', 'tab-2', 'tab-1']);
    expect(order.slice(-3)).toEqual(['crazy', 'sshd', 'systemd']);
  });
  it('marks the one that would be killed now', () => {
    render(<Processes />);
    expect(within(row('leakyd')).getByText('✕ would be killed now')).toBeVisible();
    expect(screen.getAllByText('✕ would be killed now')).toHaveLength(1);
  });
  it('says why a process is never chosen', () => {
    render(<Processes />);
    expect(row('systemd')).toHaveTextContent('init: never chosen');
    expect(row('sshd')).toHaveTextContent('never chosen');
  });
  it('strikes out what was killed and says when', () => {
    render(<Processes />);
    expect(screen.getByText('crazy').tagName).toBe('S');
    expect(row('crazy')).toHaveTextContent('✕ killed 36.1 s');
  });
  it('keeps a victim whose memory is not free yet in the list', () => {
    const [leakyd] = fixtureFrame().procs;
    expect(rowKind({ ...leakyd, killedAt: 5, state: 'exiting', points: null, never: 'exiting' })).toBe('dying');
  });
  it('has a victim whose memory is not free yet above all, however little it holds', () => {
    const procs = fixtureFrame().procs.map((p) =>
      p.comm === 'lockd' ? { ...p, state: 'exiting' as const, points: null } : p,
    );
    const pid = procs.find((p) => p.comm === 'lockd')?.pid ?? 0;
    expect(orderProcesses(procs, [pid])[0].comm).toBe('lockd');
    expect(orderProcesses(procs)[0].comm).toBe('leakyd');
  });
  it('leaves the rows where they are while one is in hand', () => {
    const procs = fixtureFrame().procs;
    const before = orderProcesses(procs).map((p) => p.pid);
    const changed = procs.map((p) => (p.pid === 412 ? { ...p, points: 1 } : p));
    expect(orderProcesses(changed)[0].pid).not.toBe(412);
    expect(keepOrder(orderProcesses(changed), before)[0].pid).toBe(412);
  });
});

describe('oom_score_adj', () => {
  it('has a slider and a field of the same name', () => {
    render(<Processes />);
    expect(screen.getByRole('slider', { name: 'oom_score_adj of tab-2 (431)' })).toHaveValue('300');
    expect(screen.getByRole('spinbutton', { name: 'oom_score_adj of tab-2 (431)' })).toHaveValue('300');
  });
  it('writes what is typed', async () => {
    render(<Processes />);
    const field = screen.getByRole('spinbutton', { name: 'oom_score_adj of leakyd (412)' });
    await userEvent.clear(field);
    await userEvent.type(field, '-250{Enter}');
    expect(commands()).toEqual([{ op: 'oom_score_adj', pid: 412, value: -250 }]);
    expect(screen.getByRole('slider', { name: 'oom_score_adj of leakyd (412)' })).toHaveValue('-250');
  });
  it('answers 1001 with one sentence, keeps the text and writes nothing', async () => {
    render(<Processes />);
    const field = screen.getByRole('spinbutton', { name: 'oom_score_adj of leakyd (412)' });
    await userEvent.clear(field);
    await userEvent.type(field, '1001{Enter}');
    expect(screen.getByRole('alert')).toHaveTextContent('oom_score_adj goes from −1000 to 1000; 1001 is outside.');
    expect(field).toHaveValue('1001');
    expect(field).toHaveAttribute('aria-invalid', 'true');
    expect(commands()).toEqual([]);
    await userEvent.type(field, '{Escape}');
    expect(field).toHaveValue('0');
    expect(screen.queryByRole('alert')).toBeNull();
  });
  it('moves by 1, with Shift by 10, with PageUp and PageDown by 100', async () => {
    render(<Processes />);
    const slider = screen.getByRole('slider', { name: 'oom_score_adj of leakyd (412)' });
    act(() => slider.focus());
    await userEvent.keyboard('{ArrowRight}{Shift>}{ArrowRight}{/Shift}{PageUp}');
    expect(commands().map((c) => c.op === 'oom_score_adj' && c.value)).toEqual([1, 11, 111]);
  });
  it('stops at the ends', () => {
    expect(adjKey('PageUp', false, 950)).toBe(1000);
    expect(adjKey('ArrowLeft', true, -995)).toBe(-1000);
    expect(adjKey('Enter', false, 0)).toBeNull();
  });
  it('goes to 0 by a double click', async () => {
    render(<Processes />);
    const slider = screen.getByRole('slider', { name: 'oom_score_adj of tab-2 (431)' });
    fireEvent.doubleClick(slider);
    expect(commands()).toEqual([{ op: 'oom_score_adj', pid: 431, value: 0 }]);
  });
  it('takes whole numbers only', () => {
    expect(adjProblem('12')).toBe('');
    expect(adjProblem('−12')).toBe('');
    expect(adjProblem('1.5')).toContain('whole number');
    expect(adjProblem('')).toContain('whole number');
  });
  it('can still be changed where it is −1000', () => {
    render(<Processes />);
    expect(screen.getByRole('spinbutton', { name: 'oom_score_adj of sshd (201)' })).toHaveValue('−1000');
  });
});

describe('signals and programs', () => {
  it('sends the chosen signal', async () => {
    render(<Processes />);
    await userEvent.click(screen.getByRole('button', { name: 'Signal postgres (388)' }));
    await userEvent.click(await screen.findByRole('menuitem', { name: /SIGTERM/ }, LATER));
    expect(commands()).toEqual([{ op: 'kill', pid: 388, signal: 'SIGTERM' }]);
  });
  it('launches one of eight programs', async () => {
    render(<Processes />);
    const launch = within(screen.getByRole('region', { name: 'Launch…' }));
    expect(document.querySelectorAll('.launch button')).toHaveLength(8);
    await userEvent.click(launch.getByRole('button', { name: /mlock hog/ }));
    expect(commands()).toEqual([{ op: 'launch', program: 'mlock-hog' }]);
    // The machine stands still, and the list does not change: what was done has to be said.
    expect(await launch.findByRole('status')).toHaveTextContent('1 will start on Run');
  });
});

describe('a machine on which nothing has happened', () => {
  it('says what this is, until something has', () => {
    const init = fixtureFrame().procs.filter((p) => p.never === 'init');
    const fresh = { ...fixtureFrame(), t: 0, procs: init };
    act(() => receiveFrame(fresh));
    render(<Processes />);
    expect(screen.getByText('A model of Linux memory management, page by page.')).toBeVisible();
    act(() => receiveFrame({ ...fresh, t: 1e6 }));
    expect(screen.queryByText('A model of Linux memory management, page by page.')).toBeNull();
    expect(screen.getByText('Nothing but init runs yet.')).toBeVisible();
  });
});
