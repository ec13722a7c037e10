import { act, cleanup, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { clearRun, receiveEvents, receiveFrame } from '../../../src/store';
import { Announcer } from '../../../src/ui/status/Announcer';
import { announcements } from '../../../src/ui/status/announcements';
import type { Frame, TimelineEvent } from '../../../src/worker/protocol';
import { fixtureFrame } from '../../fixtures/frame';

const EVENTS: TimelineEvent[] = [
  { t: 14.2e9, kind: 'kswapd', label: '', pid: -1 },
  { t: 36.1e9, kind: 'kill', label: 'crazy', pid: 405 },
];

describe('announcements', () => {
  it('tell a kill at once and a landmark politely, when the head passes them', () => {
    const words = announcements(fixtureFrame({ t: 0 }), fixtureFrame({ t: 40e9 }), EVENTS);
    expect(words.assertive).toEqual(['crazy (405) was killed at 36.1 seconds.']);
    expect(words.polite).toContain('kswapd wakes at 14.2 seconds.');
  });
  it('say nothing about what is passed backwards but where it ended', () => {
    const words = announcements(fixtureFrame({ t: 40e9 }), fixtureFrame({ t: 10e9 }), EVENTS);
    expect(words).toEqual({ polite: [], assertive: [], rest: 'Paused at 10.000 seconds.' });
  });
  it('tell the ends of steps apart that are shorter than a millisecond', () => {
    const at = (t: number) => announcements(fixtureFrame({ t: 10e9 }), fixtureFrame({ t }), []).rest;
    expect(at(10e9 + 12_000)).toBe('Paused at 10.000012 seconds.');
    expect(at(10e9 - 12_000)).toBe('Paused at 9.999988 seconds.');
  });
  it('say nothing when a machine at rest is changed but does not move', () => {
    const words = announcements(fixtureFrame({ t: 40e9 }), fixtureFrame({ t: 40e9, totalpages: 1000 }), EVENTS);
    expect(words).toEqual({ polite: [], assertive: [], rest: '' });
  });
});

describe('the live region', () => {
  /** What was said, in order. */
  let said: string[];
  let observer: MutationObserver;

  /** A frame arrives, and `ms` pass. */
  async function hear(overrides: Partial<Frame>, ms: number) {
    act(() => receiveFrame(fixtureFrame({ status: 'paused', ...overrides })));
    await act(() => vi.advanceTimersByTimeAsync(ms));
  }

  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    clearRun();
    receiveEvents([]);
    render(<Announcer />);
    said = [];
    const status = screen.getByRole('status');
    observer = new MutationObserver(() => status.textContent && said.push(status.textContent));
    observer.observe(status, { characterData: true, childList: true, subtree: true });
    await hear({ t: 10e9 }, 5000);
  });
  afterEach(() => {
    observer.disconnect();
    cleanup();
    vi.useRealTimers();
  });

  it('says where a step ended that sent no frame on the way', async () => {
    await hear({ t: 10.5e9 }, 2000);
    expect(said).toEqual(['Paused at 10.500 seconds.']);
    await hear({ t: 10e9 }, 2000);
    expect(said).toEqual(['Paused at 10.500 seconds.', 'Paused at 10.000 seconds.']);
  });
  it('says only the last stop of a head that is dragged', async () => {
    for (let t = 11; t < 31; t++) await hear({ t: t * 1e9 }, 150);
    expect(said).toEqual([]);
    await hear({ t: 31e9 }, 2000);
    expect(said).toEqual(['Paused at 31.000 seconds.']);
  });
  it('says once where a long way ended', async () => {
    await hear({ t: 12e9, status: 'seeking' }, 800);
    await hear({ t: 14e9, status: 'seeking' }, 800);
    await hear({ t: 15e9 }, 2000);
    await hear({ t: 15e9 }, 2000);
    expect(said).toEqual(['Paused at 15.000 seconds.']);
  });
  it('does not say where a machine stopped that runs again', async () => {
    await hear({ t: 12e9 }, 100);
    await hear({ t: 12.1e9, status: 'running' }, 3000);
    expect(said).toEqual(['Running.']);
  });
});
