import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { keepLeft, recallLeft, startAutosave } from '../../src/actions/autosave';
import { connectMachine } from '../../src/actions/lab';
import { resume, saveSession, shareLink } from '../../src/actions/scenarios';
import { DEFAULT_SCENARIO } from '../../src/scenario/builtin';
import { type Session, sessionOf } from '../../src/scenario/schema';
import { beginHistory, clearRun, leftStore, noticeStore, runStore } from '../../src/store';
import { fixtureFrame } from '../fixtures/frame';
import { type FakeMachine, fakeMachine } from '../fixtures/port';

const KEY = 'oomlab.session';
let machine: FakeMachine;
const notices = () => noticeStore.getState().notices;
const session = sessionOf(DEFAULT_SCENARIO);
const kept = (change: object = {}) => JSON.stringify({ address: '', session, scenario: '', t: 3e9, ...change });

beforeEach(() => {
  clearRun();
  localStorage.clear();
  noticeStore.setState({ notices: [] });
  leftStore.setState({ left: null });
  machine = fakeMachine(fixtureFrame());
  connectMachine(machine);
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe('a session that was kept', () => {
  it('is gone on with', async () => {
    localStorage.setItem(KEY, kept());
    expect(await resume({ search: '', hash: '' })).toBe(true);
    expect(machine.requests[0]).toEqual({ type: 'open', session, at: 3e9 });
  });
  it('is told of when it cannot be opened, and handed over as a file when asked for', async () => {
    localStorage.setItem(KEY, kept());
    machine.refuse('open', { code: 'out-of-memory', params: {} });
    expect(await resume({ search: '', hash: '' })).toBe(false);
    expect(notices().map((n) => n.text)).toEqual([
      'The session that was kept here cannot be opened: This browser has not enough memory for a machine of that size.',
    ]);
    const made: Blob[] = [];
    URL.createObjectURL = (blob) => {
      made.push(blob as Blob);
      return 'blob:x';
    };
    URL.revokeObjectURL = () => {};
    vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(() => {});
    notices()[0].action?.run();
    expect(JSON.parse(await made[0].text())).toEqual(session);
  });
  it.each([
    ['no JSON', '{"address":'],
    ['a list', '[]'],
    ['a number', '7'],
    ['nothing', 'null'],
  ])('is none when it is %s', async (_what, text) => {
    localStorage.setItem(KEY, text);
    localStorage.setItem('oomlab.left', text);
    recallLeft();
    expect(await resume({ search: '', hash: '' })).toBe(false);
    expect([machine.requests, notices(), leftStore.getState().left]).toEqual([[], [], null]);
  });
  it('has futures only where they are some', () => {
    const left = { title: 'x', session, scenario: '', t: 1e9 };
    for (const futures of [5, {}, { branches: 7, active: 0 }, { branches: [null], active: 0 }]) {
      localStorage.setItem('oomlab.left', JSON.stringify({ ...left, futures }));
      recallLeft();
      expect(leftStore.getState().left).toEqual(left);
    }
  });
});

describe('keeping the session', () => {
  const large = () => {
    const title = 'x'.repeat(100);
    beginHistory({ ...session, scenario: { ...DEFAULT_SCENARIO, title } });
    runStore.setState({ frame: { ...fixtureFrame(), t: 4e9 } });
  };
  /** A browser with room for so many characters. */
  const roomFor = (most: number) => {
    const set = Storage.prototype.setItem;
    vi.spyOn(Storage.prototype, 'setItem').mockImplementation(function (this: Storage, key, value) {
      let used = value.length;
      for (const other of Object.keys(this)) if (other !== key) used += this.getItem(other)?.length ?? 0;
      if (used > most) throw new DOMException('full', 'QuotaExceededError');
      set.call(this, key, value);
    });
  };
  it('takes the room of the machine before when there is no other, and says once when there is none at all', () => {
    startAutosave();
    keepLeft({ title: 'left', session, scenario: '', t: 1e9 });
    large();
    const size = JSON.stringify(session).length + 1000;
    roomFor(size);
    dispatchEvent(new Event('pagehide'));
    expect(JSON.parse(localStorage.getItem(KEY) ?? 'null')).toMatchObject({ t: 4e9 });
    expect(localStorage.getItem('oomlab.left')).toBeNull();
    expect(leftStore.getState().left?.title).toBe('left');
    expect(notices()).toEqual([]);

    roomFor(10);
    dispatchEvent(new Event('pagehide'));
    dispatchEvent(new Event('pagehide'));
    expect(notices().map((n) => n.text)).toEqual([
      'The browser has no room to keep this session: save it as a file before you close the page.',
    ]);
    // Another session must not take its place.
    expect(localStorage.getItem(KEY)).toBeNull();
  });
});

describe('handing a session over', () => {
  it('as a link is refused when it is too large for one; the address stays', async () => {
    const comment = Array.from({ length: 400_000 }, (_, i) => Math.imul(i, 2654435761) >>> 8);
    const huge = { ...session, commands: comment.map((t) => ({ t, command: { op: 'sysrq', key: 'm' } })) };
    machine.answer('session', huge as unknown as Session);
    const before = location.href;
    await shareLink();
    expect(location.href).toBe(before);
    expect(notices().map((n) => n.text)).toEqual(['This session is too large for a link: save it as a file instead.']);
  });
  it('is refused in a sentence when there is no machine', async () => {
    machine.refuse('session', { code: 'no_machine', params: {} });
    await shareLink();
    await saveSession();
    expect(notices().map((n) => n.text)).toEqual(['No machine is open.']);
  });
});
