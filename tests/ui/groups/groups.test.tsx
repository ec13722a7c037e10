import { act, fireEvent, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, test } from 'vitest';
import { connectMachine } from '../../../src/actions/lab';
import { clearRun, hoverGroup, receiveFrame, selectGroup } from '../../../src/store';
import { kindsOf, pointedAt } from '../../../src/ui/charts/kinds';
import { Groups } from '../../../src/ui/groups/Groups';
import { treeKey } from '../../../src/ui/groups/GroupTree';
import { barText, groupScale, levelOf, limitText, parentOf } from '../../../src/ui/groups/tree';
import { ViewSwitch } from '../../../src/ui/hero/ViewSwitch';
import { Processes } from '../../../src/ui/processes/Processes';
import { WhoDiesNext } from '../../../src/ui/victim/WhoDiesNext';
import type { CgroupFrame, Frame } from '../../../src/worker/protocol';
import { fixtureFrame } from '../../fixtures/frame';
import { type FakeMachine, fakeMachine } from '../../fixtures/port';

const group = (path: string, fields: Partial<CgroupFrame> = {}): CgroupFrame => ({
  path,
  current: 0,
  anon: 0,
  file: 0,
  mlocked: 0,
  peak: 0,
  min: 0,
  low: 0,
  emin: 0,
  elow: 0,
  high: null,
  max: null,
  swapCurrent: 0,
  swapMax: null,
  oomGroup: false,
  events: { low: 0, high: 0, max: 0, oom: 0, oomKill: 0, oomGroupKill: 0 },
  procs: 0,
  leaf: true,
  totalpages: null,
  ranking: [],
  ...fields,
});

/** leakyd (412) is in /web/app, postgres (388) in /db, the rest in the root. */
function machineWithGroups(): Frame {
  const frame = fixtureFrame();
  return {
    ...frame,
    cgroups: [
      group('/db', { current: 20_000, low: 40_960, elow: 40_960, procs: 1 }),
      group('/web', { current: 24_000, leaf: false }),
      group('/web/app', {
        current: 24_000,
        anon: 23_500,
        max: 24_576,
        totalpages: 24_576,
        procs: 1,
        oomGroup: true,
        events: { low: 0, high: 0, max: 9, oom: 2, oomKill: 1, oomGroupKill: 0 },
        ranking: [{ pid: 412, points: 24_100, adjPoints: 24 }],
      }),
    ],
    procs: frame.procs.map((p) =>
      p.pid === 412 ? { ...p, cgroup: '/web/app' } : p.pid === 388 ? { ...p, cgroup: '/db', state: 'sleeping' } : p,
    ),
  };
}

let machine: FakeMachine;
let frame: Frame;
const commands = () => machine.requests.flatMap((r) => (r.type === 'command' ? [r.command] : []));
const item = (name: RegExp) => screen.getByRole('treeitem', { name });

beforeEach(() => {
  clearRun();
  frame = machineWithGroups();
  machine = fakeMachine(frame);
  connectMachine(machine);
  act(() => {
    hoverGroup(null);
    selectGroup(null);
    receiveFrame(frame);
  });
});

describe('a tree of groups', () => {
  test('is known from the paths', () => {
    expect([levelOf('/'), levelOf('/web'), levelOf('/web/app')]).toEqual([1, 2, 3]);
    expect([parentOf('/web'), parentOf('/web/app')]).toEqual(['/', '/web']);
  });
  test('is gone through with the arrow keys: beside each other, up to the parent, down to a child', () => {
    const list = ['/', '/db', '/web', '/web/app'].map((path) => ({ path }));
    expect(treeKey('ArrowDown', list, 1)).toBe(2);
    expect(treeKey('ArrowUp', list, 0)).toBe(0);
    expect(treeKey('ArrowLeft', list, 3)).toBe(2);
    expect(treeKey('ArrowLeft', list, 1)).toBe(0);
    expect(treeKey('ArrowRight', list, 2)).toBe(3);
    expect(treeKey('ArrowRight', list, 1)).toBe(1);
    expect(treeKey('End', list, 0)).toBe(3);
    expect(treeKey('a', list, 0)).toBeNull();
  });
  test('is drawn to the largest of uses and limits, but to no more than there is', () => {
    expect(groupScale([group('/a', { current: 30_000, max: 50_000 })], 100_000)).toBe(50_000);
    expect(groupScale([group('/a', { current: 30_000, max: 900_000 })], 100_000)).toBe(100_000);
  });
  test('has its limits as one would write them', () => {
    expect([null, 0, 24_576, 2001].map(limitText)).toEqual(['max', '0', '96M', '8004K']);
  });
  test('says in words what a bar shows', () => {
    expect(barText({ ...frame.cgroups[2], high: 20_480, swapCurrent: 256, swapMax: 512 })).toBe(
      'slowed above 80 MiB, swap 1 MiB of 2 MiB, 1 process',
    );
    expect(barText(frame.cgroups[0])).toBe('78.1 MiB protected, 1 process');
  });
});

describe('the view of groups', () => {
  test('has a tab only where there are groups', () => {
    const { rerender } = render(<ViewSwitch />);
    expect(screen.getByRole('tab', { name: 'Groups' })).toBeVisible();
    act(() => receiveFrame({ ...frame, cgroups: [] }));
    rerender(<ViewSwitch />);
    expect(screen.queryByRole('tab', { name: 'Groups' })).toBeNull();
  });
  test('a limit is written as it was typed, and what is no size is answered with a sentence and left standing', async () => {
    render(<Groups asTable={false} />);
    await userEvent.click(item(/^app/));
    const field = screen.getByRole('textbox', { name: 'memory.max of /web/app' });
    expect(field).toHaveValue('96M');
    await userEvent.clear(field);
    await userEvent.type(field, 'a lot{Enter}');
    expect(screen.getByRole('alert')).toHaveTextContent(
      'The kernel refuses "a lot" for memory.max of /web/app: expected "max" or a size such as 64M, 64MiB or 67108864 bytes.',
    );
    expect(field).toHaveValue('a lot');
    expect(commands()).toEqual([]);
    await userEvent.clear(field);
    await userEvent.type(field, '128 MiB{Enter}');
    expect(commands()).toEqual([{ op: 'cgroup_write', path: '/web/app', file: 'memory.max', value: '128 MiB' }]);
    expect(screen.queryByRole('alert')).toBeNull();
    await userEvent.click(screen.getByRole('checkbox', { name: 'memory.oom.group of /web/app' }));
    expect(commands().at(-1)).toEqual({
      op: 'cgroup_write',
      path: '/web/app',
      file: 'memory.oom.group',
      value: '0',
    });
  });
  test('a group is made below the one that is looked into; a name that is none is refused', async () => {
    render(<Groups asTable={false} />);
    await userEvent.click(item(/^web/));
    const name = screen.getByRole('textbox', { name: 'Name of the new group in /web' });
    await userEvent.type(name, 'a b{Enter}');
    expect(screen.getByRole('alert')).toHaveTextContent('"/web/a b" is no path of a control group');
    await userEvent.clear(name);
    await userEvent.type(name, 'cache{Enter}');
    expect(commands()).toEqual([{ op: 'cgroup_create', path: '/web/cache' }]);
  });
  test('a process is moved from its group and into one, by keyboard', async () => {
    render(<Groups asTable={false} />);
    await userEvent.click(item(/^db/));
    screen.getByRole('button', { name: /postgres 388 .*: move to another group/ }).focus();
    await userEvent.keyboard('{Enter}');
    const menu = await screen.findByRole('menu');
    expect(
      within(menu)
        .getAllByRole('menuitem')
        .map((i) => i.textContent),
    ).toEqual(['to /the machine', 'to /web/app93.8 MiB']);
    await userEvent.keyboard('{ArrowDown}{Enter}');
    expect(commands()).toEqual([{ op: 'cgroup_attach', pid: 388, path: '/web/app' }]);
  });
  test('only an empty group can be removed', async () => {
    act(() => receiveFrame({ ...frame, cgroups: [...frame.cgroups, group('/web/old')] }));
    render(<Groups asTable={false} />);
    await userEvent.click(item(/^app/));
    expect(screen.queryByRole('button', { name: /^Remove/ })).toBeNull();
    await userEvent.click(item(/^old/));
    await userEvent.click(screen.getByRole('button', { name: 'Remove /web/old' }));
    expect(commands()).toEqual([{ op: 'cgroup_remove', path: '/web/old' }]);
  });
  test('has a table twin with a row for each group', () => {
    render(<Groups asTable />);
    expect(screen.getAllByRole('row')).toHaveLength(4);
    expect(screen.getByRole('row', { name: /^\/web\/app 93\.8 MiB/ })).toHaveTextContent('0, 0, 9, 2, 1');
  });
});

describe('a group that is pointed at or looked into', () => {
  test('keeps the colour of its processes and of what they hold, and all others fade', () => {
    const { container } = render(<Processes />);
    act(() => hoverGroup('/web'));
    expect(container.querySelector('[data-pid="412"]')).not.toHaveAttribute('data-faded');
    expect(container.querySelector('[data-pid="388"]')).toHaveAttribute('data-faded');
    const leakyd = frame.procs.find((p) => p.pid === 412);
    expect(pointedAt(frame)).toEqual(leakyd && kindsOf(leakyd));
  });
  test('says who would die for its limit, with points that its limit weighs', async () => {
    render(<WhoDiesNext />);
    act(() => selectGroup('/web/app'));
    const region = screen.getByRole('region', { name: 'Who dies next' });
    expect(region).toHaveTextContent('in /web/app: of 24,576 points (its limits)');
    expect(within(region).getAllByRole('listitem')).toHaveLength(1);
    expect(region).toHaveTextContent('24,100');
    act(() => selectGroup('/db'));
    expect(region).toHaveTextContent('/db has no memory.max');
    fireEvent.click(screen.getByRole('button', { name: 'whole machine' }));
    expect(screen.getByRole('region', { name: 'Who dies next' })).toHaveTextContent('points (RAM + swap)');
  });
  test('is named in the row of each of its processes', async () => {
    render(<Processes />);
    expect(screen.getByRole('button', { name: 'Control group /db of postgres (388): show it' })).toBeVisible();
    expect(screen.queryByRole('button', { name: 'Control groups…' })).toBeNull();
    act(() => receiveFrame({ ...fixtureFrame(), seq: 99 }));
    expect(screen.getByRole('button', { name: 'Control groups…' })).toBeVisible();
  });
});
