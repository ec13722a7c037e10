import { act, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connectMachine } from '../../../src/actions/lab';
import { clearRun, receiveFrame, selectionStore, settingsStore, setView } from '../../../src/store';
import { arithmetic, slowdown, waiting } from '../../../src/ui/hero/EffectiveAccessTime';
import { Hero } from '../../../src/ui/hero/Hero';
import { mapSummary, mapTable } from '../../../src/ui/hero/mapText';
import { pyramidSummary, pyramidTable } from '../../../src/ui/hero/summaries';
import type { Request } from '../../../src/worker/protocol';
import { fixtureFrame, fixturePageMap } from '../../fixtures/frame';
import { LATER } from '../../fixtures/later';

const asked: Request[] = [];
let disconnect: () => void;

beforeEach(() => {
  asked.length = 0;
  disconnect = connectMachine({
    onPush: () => () => {},
    request: async (request) => {
      asked.push(request);
      return { id: 0, ok: true };
    },
  });
  receiveFrame(fixtureFrame());
});
afterEach(() => {
  disconnect();
  act(() => {
    clearRun();
    setView('pyramid');
    selectionStore.setState({ hoveredKind: null });
  });
});

describe('the effective access time', () => {
  test('is shown with the comparison to RAM and its arithmetic', () => {
    render(<Hero />);
    const region = screen.getByRole('region', { name: 'Effective access time' });
    expect(region).toHaveTextContent('4.3µs');
    expect(region).toHaveTextContent('43× slower than RAM');
    expect(region).toHaveTextContent('4.2 % of accesses wait for the disk:');
    expect(region).toHaveTextContent('0.958 × 100 ns + 0.042 × 100 µs');
  });
  test('says so when nothing is slower than RAM', () => {
    expect(slowdown(101, 100)).toBe('as fast as RAM');
    expect(slowdown(250, 100)).toBe('2.5× slower than RAM');
  });
  test('gives a small share the decimals it needs', () => {
    expect(arithmetic(0.00012, 100, 100_000)).toEqual(['0.99988 × 100 ns', '+ 0.00012 × 100 µs']);
    expect(arithmetic(0.0000304, 73, 285_000)).toEqual(['0.999970 × 73 ns', '+ 0.000030 × 285 µs']);
  });
  test('tells a tiny share as one in so many', () => {
    expect(waiting(0.0000304)).toBe('1 access in 33,000 waits for the disk:');
    expect(waiting(0.042)).toBe('4.2 % of accesses wait for the disk:');
    expect(waiting(0)).toBe('No access waits for the disk.');
  });
});

describe('the pyramid in words', () => {
  test('names every kind, the watermarks and the swap', () => {
    const text = pyramidSummary(fixtureFrame());
    expect(text).toContain('anon, inactive 190 MiB');
    expect(text).toContain('DMA32: 742 pages free, watermarks min 670, low 837, high 1,004.');
    expect(text).toContain('Swap 92 % full');
  });
  test('says when there is no swap', () => {
    expect(
      pyramidSummary(fixtureFrame({ swap: { total: 0, free: 0, cached: 0, latencyNs: 0, pool: 0, zswapped: 0 } })),
    ).toContain('No swap.');
  });
  test('is a table whose kinds add up to all present pages', () => {
    const frame = fixtureFrame();
    const rows = pyramidTable(frame).rows.slice(0, 12);
    const sum = rows.reduce((n, row) => n + Number(row[1].replaceAll(',', '')), 0);
    expect(sum).toBe(frame.machine.present);
  });
});

describe('the hero', () => {
  test('says what it shows as soon as the machine has said something', () => {
    act(() => clearRun());
    render(<Hero />);
    act(() => receiveFrame(fixtureFrame()));
    expect(screen.getByRole('img', { name: /^Memory pyramid\. RAM 512 MiB/ })).toBeInTheDocument();
  });
  test('stands as a picture with a summary and has a table twin', async () => {
    render(<Hero />);
    expect(screen.getByRole('img', { name: /^Memory pyramid\. RAM/ })).toBeInTheDocument();
    await userEvent.click(screen.getByRole('button', { name: 'Show as table' }));
    const table = screen.getByRole('table', { name: 'What RAM and swap hold' });
    expect(within(table).getByRole('row', { name: /^anon, active 38,144/ })).toBeInTheDocument();
  });

  test('switches between its three views', async () => {
    render(<Hero />);
    await userEvent.click(screen.getByRole('tab', { name: 'LRU lists' }));
    expect(settingsStore.getState().view).toBe('lru');
    await screen.findByRole('heading', { name: 'LRU lists' }, LATER);
  });

  test('shows generations instead of two lists when the multi-gen LRU is on', async () => {
    const gen = (seq: number, pages: number, ageMs: number) => ({ seq, pages, ageMs });
    const generations = {
      anon: [gen(7, 38_144, 200), gen(6, 0, 1500), gen(5, 57_088, 9000)],
      file: [gen(7, 1152, 200), gen(6, 2253, 1500)],
    };
    act(() => receiveFrame(fixtureFrame({ generations })));
    act(() => setView('lru'));
    render(<Hero />);
    await screen.findByRole('heading', { name: 'LRU generations' }, LATER);
    await userEvent.click(screen.getByRole('button', { name: 'Show as table' }));
    const table = screen.getByRole('table', { name: 'LRU generations' });
    expect(within(table).getByRole('row', { name: /^Anon, oldest, begun 9.* ago 57,088/ })).toBeInTheDocument();
    expect(within(table).getByRole('row', { name: /^File, youngest, begun 200.* ago 1,152/ })).toBeInTheDocument();
  });

  test('stops the page map when another view is opened', async () => {
    act(() => setView('map'));
    render(<Hero />);
    await screen.findByRole('heading', { name: 'Page map' }, LATER);
    await userEvent.click(screen.getByRole('tab', { name: 'Pyramid' }));
    expect(asked.filter((r) => r.type === 'pageMap').at(-1)).toMatchObject({ on: false });
  });

  test('keeps one kind when its legend has the focus, and all when it has not', async () => {
    render(<Hero />);
    const legend = screen.getByRole('list', { name: 'Kinds of pages' });
    const shmem = within(legend).getByRole('button', { name: 'shmem' });
    act(() => shmem.focus());
    expect(selectionStore.getState().hoveredKind).toBe('shmem');
    expect(within(legend).getByRole('button', { name: 'slab' })).toHaveAttribute('data-faded');
    act(() => shmem.blur());
    expect(selectionStore.getState().hoveredKind).toBeNull();
  });
});

describe('the page map in words', () => {
  const frame = fixtureFrame({ pageMap: fixturePageMap(62) });
  test('counts its cells by what they are', () => {
    expect(mapSummary(frame)).toMatch(/^Page map: 2,048 cells of 64 pages/);
    const cells = mapTable(frame).rows.reduce((n, row) => n + Number(row[1].replaceAll(',', '')), 0);
    expect(cells).toBe(2048);
  });
  test('names the processes of an owner map', () => {
    const owners = fixtureFrame({ pageMap: fixturePageMap(62, 'owner') });
    expect(mapSummary(owners)).toContain('leakyd');
  });
});
