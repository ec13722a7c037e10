import { act, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it } from 'vitest';
import { connectMachine } from '../../src/actions/lab';
import { handleKey } from '../../src/actions/registry';
import { clearRun, receiveEvents, receiveFrame, runStore, settingsStore, setView } from '../../src/store';
import { Log } from '../../src/ui/log/Log';
import { AllocationPath } from '../../src/ui/path/AllocationPath';
import { shownSteps } from '../../src/ui/path/steps';
import Settings from '../../src/ui/settings/Settings';
import { landmarkEvent } from '../../src/ui/topbar/LandmarkMenu';
import { RunUntil } from '../../src/ui/topbar/RunUntil';
import { Speed, speedIndex } from '../../src/ui/topbar/Speed';
import { Transport } from '../../src/ui/topbar/Transport';
import { WhoDiesNext } from '../../src/ui/victim/WhoDiesNext';
import type { Frame, PathStep, TimelineEvent } from '../../src/worker/protocol';
import { fixtureEvents, fixtureFrame } from '../fixtures/frame';
import { LATER } from '../fixtures/later';
import { type FakeMachine, fakeMachine } from '../fixtures/port';

let machine: FakeMachine;

function show(overrides: Partial<Frame> = {}): Frame {
  const frame = fixtureFrame(overrides);
  act(() => receiveFrame(frame));
  return frame;
}

beforeEach(() => {
  clearRun();
  setView('pyramid');
  machine = fakeMachine(fixtureFrame());
  connectMachine(machine);
});

const sent = () => machine.requests.map((r) => r.type);

describe('transport', () => {
  it('says Run while paused and Pause while running', async () => {
    show();
    render(<Transport />);
    await userEvent.click(screen.getByRole('button', { name: 'Run' }));
    expect(await screen.findByRole('button', { name: 'Pause' })).toBeVisible();
    expect(sent()).toEqual(['run']);
  });
  it('steps, steps back and resets', async () => {
    show();
    render(<Transport />);
    for (const name of ['Step', 'Step back', 'Reset']) await userEvent.click(screen.getByRole('button', { name }));
    expect(sent()).toEqual(['step', 'stepBack', 'reset']);
  });
  it('sets the speed in steps of a logarithmic scale', async () => {
    show({ speed: 0.05 });
    render(<Speed />);
    const slider = screen.getByRole('slider', { name: 'Speed' });
    expect(slider).toHaveAttribute('aria-valuetext', '0.05×');
    expect(speedIndex(0.05)).toBe(5);
    expect(speedIndex(0.0014)).toBe(0);
    expect(speedIndex(100)).toBe(12);
  });
});

describe('Run until', () => {
  const at = (t: number, kind: TimelineEvent['kind']): TimelineEvent => ({ t, kind, label: '', pid: -1 });
  it('finds the first of what happens once and the next of what happens again', () => {
    const events = [at(5, 'kswapd'), at(7, 'kill'), at(9, 'kill')];
    expect(landmarkEvent(events, 'kswapd', true, 8)?.t).toBe(5);
    expect(landmarkEvent(events, 'kill', false, 8)?.t).toBe(9);
    expect(landmarkEvent(events, 'kill', false, 9)).toBeUndefined();
  });
  it('shows when each was reached and goes back to it', async () => {
    show();
    act(() => receiveEvents(fixtureEvents()));
    render(<RunUntil />);
    await userEvent.click(screen.getByRole('button', { name: 'Run until' }));
    const item = await screen.findByRole('menuitem', { name: /kswapd wakes/ }, LATER);
    expect(item).toHaveTextContent(/\d+\.\d s ✓/);
    await userEvent.click(item);
    expect(sent()).toEqual(['seek']);
  });
  it('runs to what has not been reached', async () => {
    show();
    render(<RunUntil />);
    await userEvent.click(screen.getByRole('button', { name: 'Run until' }));
    const item = await screen.findByRole('menuitem', { name: /next OOM/ }, LATER);
    expect(item).toHaveTextContent('not reached yet');
    await userEvent.click(item);
    expect(machine.requests).toEqual([{ type: 'runUntil', landmark: 'oom' }]);
  });
});

describe('the allocation path', () => {
  it('shows the comparison that decided each step and lights the one it is in', () => {
    show();
    render(<AllocationPath />);
    const now = document.querySelector('[aria-current="step"]') as HTMLElement;
    expect(now).toHaveTextContent('Direct reclaim');
    expect(within(now).getByRole('img', { name: 'Priority 3 of 12 to 0' })).toBeVisible();
    expect(screen.getByText('659 < 837')).toBeVisible();
    expect(screen.getByRole('img', { name: '7 of 16 rounds without progress' })).toBeVisible();
  });
  it('says so when every allocation takes the fast path', () => {
    const frame = fixtureFrame({ path: null });
    for (const zone of frame.zones) if (zone.name === 'DMA32') zone.free = 12_345;
    act(() => receiveFrame(frame));
    render(<AllocationPath />);
    expect(screen.getByText(/All allocations take the fast path: 12,345 free > low 837/)).toBeVisible();
    expect(document.querySelector('[aria-current="step"]')).toBeNull();
  });
  it('leaves out what a request of one page never goes through, and says once why', () => {
    const step = (id: string, state: PathStep['state']): PathStep => ({ id, state });
    const steps = [
      step('direct_compact_first', 'skipped'),
      step('reserves', 'skipped'),
      step('direct_reclaim', 'active'),
      step('direct_compact', 'skipped'),
      step('out_of_memory', 'not-reached'),
    ];
    expect(shownSteps(steps, 0).map((s) => s.id)).toEqual(['direct_compact_first', 'direct_reclaim', 'out_of_memory']);
    expect(shownSteps([step('reserves', 'active')], 0)).toHaveLength(1);
    expect(shownSteps([step('direct_compact', 'not-reached')], 4)).toHaveLength(1);
  });
  it('does not claim the fast path succeeds under the low watermark', () => {
    show({ path: null });
    render(<AllocationPath />);
    expect(screen.getByText(/No allocation is in the slow path; 742 free ≤ low 837/)).toBeVisible();
  });
});

describe('who dies next', () => {
  it('adds up to the points of the top candidate', () => {
    show();
    render(<WhoDiesNext />);
    const formula = screen.getByText('Points of leakyd:', { exact: false }).parentElement as HTMLElement;
    expect(formula).toHaveTextContent(/63,692rss.*35,856swap.*204page tbl.*0×185.*99,752points/);
  });
});

describe('the log', () => {
  const line = (t: number, text: string) => ({ t, level: 4, text });
  it('follows the head forwards and backwards', async () => {
    const two = [line(1e9, 'first'), line(43_800_123_456, 'leakyd invoked oom-killer: order=0')];
    show({ log: two, logTotal: 2 });
    render(<Log />);
    expect(screen.getByRole('tab', { name: 'Kernel log' })).toHaveAttribute('aria-selected', 'true');
    expect(screen.getByText('[ 43.800123]')).toBeVisible();
    show({ log: two.slice(0, 1), logTotal: 1 });
    expect(screen.queryByText('[ 43.800123]')).toBeNull();
    expect(screen.getByText('[ 1.000000]')).toBeVisible();
  });
  it('keeps lines that a later frame no longer carries', () => {
    show({ log: [line(1, 'a'), line(2, 'b')], logTotal: 2 });
    show({ log: [line(3, 'c')], logTotal: 3 });
    expect(runStore.getState().log.map((l) => l.text)).toEqual(['a', 'b', 'c']);
  });
  it('still has the lines between when it goes forward again', () => {
    const lines = ['a', 'b', 'c', 'd'].map((text, i) => line(i, text));
    show({ log: lines.slice(0, 2), logTotal: 2 });
    show({ log: lines.slice(2), logTotal: 4 });
    show({ log: lines.slice(0, 1), logTotal: 1 });
    show({ log: lines.slice(3), logTotal: 4 });
    expect(runStore.getState().log.map((l) => l.text)).toEqual(['a', 'b', 'c', 'd']);
  });
  it('forgets the lines of a future that was changed', () => {
    show({ log: [line(1, 'a'), line(2, 'b')], logTotal: 2 });
    show({ log: [line(1, 'a')], logTotal: 1 });
    act(() => machine.push({ type: 'forked', t: 1 }));
    show({ log: [line(5, 'z')], logTotal: 3 });
    expect(runStore.getState().log[1]).toBeUndefined();
  });
  it('reads files of /proc', async () => {
    show();
    render(<Log />);
    await userEvent.click(screen.getByRole('tab', { name: '/proc files' }));
    expect(await screen.findByText('contents of /proc/meminfo')).toBeVisible();
    await userEvent.selectOptions(screen.getByLabelText('File'), '/proc/412/status');
    expect(await screen.findByText('contents of /proc/412/status')).toBeVisible();
  });
});

describe('kernel knobs', () => {
  it('names the sysctl, writes it and says in one sentence when the kernel refuses', async () => {
    show();
    render(<Settings />);
    const field = screen.getByLabelText('vm.swappiness');
    machine.refuse('command', { code: 'bad-sysctl', params: { name: 'vm.swappiness', value: '999' } });
    await userEvent.clear(field);
    await userEvent.type(field, '999{Enter}');
    expect(await screen.findByRole('alert')).toHaveTextContent('The kernel refuses "999" for vm.swappiness');
    expect(field).toHaveValue('999');
  });
});

describe('keys', () => {
  const press = (key: string, target: Element = document.body) => {
    let done = false;
    const listen = (e: Event) => {
      done = handleKey(e as KeyboardEvent);
    };
    target.addEventListener('keydown', listen, { once: true });
    target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
    return done;
  };
  it('run, step and change the view', () => {
    show();
    press(' ');
    press('.');
    press('2');
    expect(sent()).toEqual(['run', 'step']);
    expect(settingsStore.getState().view).toBe('map');
  });
  it('leave a slider the keys that move it, and no others', () => {
    show();
    const slider = document.body.appendChild(document.createElement('input'));
    slider.type = 'range';
    expect(press('Home', slider)).toBe(false);
    expect(press('.', slider)).toBe(true);
    expect(press(' ', slider)).toBe(true);
    expect(sent()).toEqual(['step', 'run']);
    slider.remove();
  });
  it('reset with Home from a button that was pressed, but not from what Home scrolls', () => {
    show();
    const made = (role: string): HTMLElement => {
      const element = document.body.appendChild(document.createElement(role === '' ? 'button' : 'div'));
      if (role !== '') element.role = role;
      element.tabIndex = 0;
      return element;
    };
    const [button, tab, log] = ['', 'tab', 'log'].map(made);
    expect(press('Home', tab)).toBe(false);
    expect(press('Home', log)).toBe(false);
    expect(press(' ', button)).toBe(false);
    expect(sent()).toEqual([]);
    expect(press('Home', button)).toBe(true);
    expect(sent()).toEqual(['reset']);
    for (const element of [button, tab, log]) element.remove();
  });
  it('stay out of fields', () => {
    show();
    const input = document.body.appendChild(document.createElement('input'));
    expect(press('.', input)).toBe(false);
    expect(sent()).toEqual([]);
    input.remove();
  });
});
