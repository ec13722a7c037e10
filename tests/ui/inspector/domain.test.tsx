import { act, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';
import { runStore, selectionStore, settingsStore } from '../../../src/store';
import { Domain } from '../../../src/ui/inspector/Domain';
import { explainReport } from '../../../src/ui/inspector/dmesg';
import { headline, reasons } from '../../../src/ui/inspector/headline';
import { stagesOf } from '../../../src/ui/inspector/Stages';
import { fixtureFrame } from '../../fixtures/frame';
import { firstKill } from './kill';

const atLimit = firstKill('container-limit');
const together = firstKill('all-or-nothing');
const onNode = firstKill('full-node');

describe('a kill for the limit of a group', () => {
  test('is told as that: which group, how much of how much, and that the machine had memory', () => {
    expect(headline(atLimit)).toBe('leakyd is killed because /web has reached its limit');
    expect(reasons(atLimit).why).toMatch(
      /^\/web used 96 MiB of 96 MiB, and reclaim inside it freed nothing, while \d+ MiB of the machine were free\.$/,
    );
    expect(
      stagesOf(atLimit)
        .map((s) => [s.name, s.sub])
        .slice(0, 2),
    ).toEqual([
      ['mem_cgroup_out_of_memory()', expect.stringMatching(/^\d\.\d+ s, \/web$/)],
      ['select_bad_process()', '1 task of /web'],
    ]);
  });
  test('shows the charge that failed against memory.max, and leads to the group', async () => {
    act(() => runStore.setState({ shown: fixtureFrame() }));
    render(<Domain kill={atLimit} />);
    const limit = screen.getByRole('region', { name: 'The limit of /web' });
    expect(limit).toHaveTextContent('24,576 pages charged + 1 > 24,576 memory.max');
    expect(limit).toHaveTextContent('memory.swap.max is 0: anonymous pages have nowhere to go.');
    expect(limit).toHaveTextContent(/4 processes outside it cannot be chosen/);
    await userEvent.click(within(limit).getByRole('button', { name: 'Show the group' }));
    expect(selectionStore.getState().selectedGroup).toBe('/web');
    expect(settingsStore.getState().view).toBe('groups');
  });
  test('has the numbers of the report where the model has them', () => {
    const usage = explainReport(atLimit).find((item) => item.key.startsWith('usage'));
    expect(usage?.figures.map((f) => [f.name, f.same])).toEqual([
      ['memory usage', true],
      ['memory limit', true],
      ['memory failcnt', true],
      ['swap usage', true],
      ['swap limit', true],
    ]);
    const other = explainReport(atLimit).filter((item) => item.key.startsWith('other'));
    expect(other).toEqual([]);
  });
});

test('of a group that dies as a whole every one that died is named, once', () => {
  expect(headline(together)).toBe('leakyd and 3 others die because /job has reached its limit');
  render(<Domain kill={together} />);
  const group = screen.getByRole('region', { name: '/job dies as a whole' });
  expect(group).toHaveTextContent('4 tasks got the signal');
  const dead = within(group)
    .getAllByRole('listitem')
    .map((li) => li.textContent ?? '');
  expect(dead).toHaveLength(4);
  expect(dead.filter((text) => text.includes('✕ chosen'))).toEqual([expect.stringMatching(/leakyd/)]);
});

test('when a policy allows a single node, that node is shown beside those that had memory', () => {
  render(<Domain kill={onNode} />);
  const nodes = screen.getByRole('region', { name: 'Only node 1 was short' });
  expect(nodes).toHaveTextContent(
    'A memory policy (mbind or set_mempolicy) lets bound have this memory from there only.',
  );
  const [, other, short] = within(nodes).getAllByRole('row');
  expect(other).toHaveTextContent(/not allowed$/);
  expect(short).toHaveTextContent(/^1.*[^t] ?allowed$/);
});
