import { act, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { hoverKind, hoverPid, runStore, selectionStore } from '../../src/store';
import { FADED, fade, kindsOf, pointedAt } from '../../src/ui/charts/kinds';
import { Strata } from '../../src/ui/compare/Side';
import { futureWords } from '../../src/ui/futures/words';
import { Members } from '../../src/ui/groups/Members';
import { KernelLog } from '../../src/ui/log/KernelLog';
import { Processes } from '../../src/ui/processes/Processes';
import { WhoDiesNext } from '../../src/ui/victim/WhoDiesNext';
import { fixtureFrame } from '../fixtures/frame';

const frame = fixtureFrame();
const line = (text: string) => ({ t: 0, level: 6, text });

beforeEach(() => {
  act(() =>
    runStore.setState({
      frame,
      shown: frame,
      log: [
        line(
          '[    412]  1000   412   104211    63692    63400      292         0   835584    35856             0 leakyd',
        ),
        line(
          '[    388]   113   388    30000    23255    13900      907      8448   581632    12310             0 postgres',
        ),
        line('Free swap  = 0kB'),
      ],
    }),
  );
});
afterEach(() => {
  act(() => {
    hoverPid(null);
    hoverKind(null);
  });
});

test('what goes off the page while it is pointed at, or has the focus, leaves nothing faded', async () => {
  const lists = render(<Processes />);
  const row = lists.container.querySelector<HTMLElement>('.proc[data-pid="412"]');
  if (!row) throw new Error('no row');
  await userEvent.hover(row);
  expect(selectionStore.getState().hoveredPid).toBe(412);
  lists.unmount();
  expect(selectionStore.getState().hoveredPid).toBeNull();

  const again = render(<Processes />);
  act(() => again.getByRole('slider', { name: 'oom_score_adj of tab-2 (431)' }).focus());
  expect(selectionStore.getState().hoveredPid).toBe(431);
  again.unmount();
  expect(selectionStore.getState().hoveredPid).toBeNull();
});

test('a process that is pointed at keeps its colour in every list, and all others fade', async () => {
  const { container } = render(
    <>
      <Processes />
      <WhoDiesNext />
      <KernelLog />
    </>,
  );
  expect(container.querySelectorAll('[data-faded]')).toHaveLength(0);
  const row = container.querySelector<HTMLElement>('.proc[data-pid="412"]');
  if (!row) throw new Error('no row');
  await userEvent.hover(row);
  const faded = (selector: string) =>
    [...container.querySelectorAll<HTMLElement>(selector)].filter((e) => e.dataset.faded).map((e) => e.dataset.pid);
  expect(faded('.proc[data-pid]')).not.toContain('412');
  expect(faded('.proc[data-pid]')).toContain('388');
  expect(faded('.rank')).not.toContain('412');
  expect(faded('.rank')).toContain('388');
  expect(container.querySelector('.log')).toHaveAttribute('data-pointing');
  expect([...container.querySelectorAll('.log-line[data-kept]')].map((e) => e.textContent)).toEqual([
    expect.stringContaining('leakyd'),
  ]);
  await userEvent.unhover(row);
  expect(container.querySelectorAll('[data-faded]')).toHaveLength(0);
});

test('the keyboard points at a process too, and a line of the log at its process or kind', async () => {
  const user = userEvent.setup();
  render(
    <>
      <Processes />
      <KernelLog />
    </>,
  );
  act(() => screen.getByRole('slider', { name: /of postgres/ }).focus());
  expect(selectionStore.getState().hoveredPid).toBe(388);
  await user.hover(screen.getByText(/835584/));
  expect(selectionStore.getState().hoveredPid).toBe(412);
  await user.hover(screen.getByText(/Free swap/));
  expect(selectionStore.getState()).toMatchObject({ hoveredPid: null, hoveredKind: 'swap' });
});

test('pictures of memory keep the kinds of pages that the process has', () => {
  const backup = frame.procs.find((p) => p.comm === 'backup');
  if (!backup) throw new Error('no backup');
  expect(kindsOf(backup)).not.toContain('swap');
  act(() => hoverPid(backup.pid));
  const pointed = pointedAt(frame);
  expect(fade(['swap'], pointed)).toBe(FADED);
  expect(fade(['fileInactive'], pointed)).toBe(1);
  act(() => hoverKind('swap'));
  expect(pointedAt(frame)).toBe('swap');
  expect(fade(['free', 'pcp'], 'free')).toBe(1);
});

test('a future is named by where it begins, what was changed, and who dies', () => {
  const name = () => 'leakyd';
  const first = { id: 0, parent: -1, forkedAt: 0, shared: 0, commands: [], known: 9e9, kills: [] };
  expect(futureWords(first, name)).toBe('as it was');
  const adj = (value: number) => ({ t: 31.09e9, command: { op: 'oom_score_adj', pid: 412, value } as const });
  const second = { ...first, id: 1, parent: 0, forkedAt: 31.09e9, commands: [adj(-100), adj(-253)] };
  expect(futureWords(second, name)).toBe('31.090 s: leakyd adj −253');
  const kills = [{ t: 31.1e9, pid: 431, comm: 'tab-2' }];
  expect(futureWords({ ...second, kills }, name)).toBe('31.090 s: leakyd adj −253; tab-2 dies');
});

test('a process that leaves its group while it is pointed at, and a strip that goes with its screen, leave nothing faded', async () => {
  const [first] = frame.procs;
  const group = { ...frame.cgroups[0], path: first.cgroup, leaf: true };
  const members = (procs: typeof frame.procs) => (
    <Members group={group} groups={[group]} procs={procs} onLeave={() => {}} />
  );
  const groups = render(members(frame.procs));
  await userEvent.hover(groups.getAllByRole('listitem')[0]);
  expect(selectionStore.getState().hoveredPid).not.toBeNull();
  groups.rerender(members([]));
  expect(selectionStore.getState().hoveredPid).toBeNull();

  const strips = render(<Strata letter="A" frame={frame} scale={frame.totalpages} />);
  const strip = strips.container.querySelector('rect');
  if (!strip) throw new Error('no strip');
  await userEvent.hover(strip);
  expect(selectionStore.getState().hoveredKind).not.toBeNull();
  strips.unmount();
  expect(selectionStore.getState().hoveredKind).toBeNull();
});
