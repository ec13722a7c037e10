import { beforeEach, describe, expect, it } from 'vitest';
import { readSettings } from '../../src/actions/boot';
import { connectMachine } from '../../src/actions/lab';
import {
  listScenarios,
  openFile,
  openFromAddress,
  openLeft,
  openScenario,
  openWithMoreSwap,
} from '../../src/actions/scenarios';
import { DEFAULT_SCENARIO } from '../../src/scenario/builtin';
import { compileScenario, scenarioOf } from '../../src/scenario/compile';
import { encodeSession } from '../../src/scenario/link';
import { type Session, sessionOf } from '../../src/scenario/schema';
import {
  clearRun,
  leftStore,
  noticeStore,
  recordCommand,
  runStore,
  setTheme,
  settingsStore,
  setView,
} from '../../src/store';
import { fixtureFrame } from '../fixtures/frame';
import { type FakeMachine, fakeMachine } from '../fixtures/port';

let machine: FakeMachine;
const opened = (): Session[] => machine.requests.flatMap((r) => (r.type === 'open' ? [r.session] : []));
const notices = () => noticeStore.getState().notices.map((n) => n.text);
const idOf = (session: Session) => (typeof session.scenario === 'string' ? session.scenario : session.scenario.id);

beforeEach(() => {
  clearRun();
  noticeStore.setState({ notices: [] });
  machine = fakeMachine(fixtureFrame());
  connectMachine(machine);
});

describe('the machine the address asks for', () => {
  it('is the default one when it asks for none', async () => {
    await openFromAddress({ search: '', hash: '' });
    expect(opened().map(idOf)).toEqual([DEFAULT_SCENARIO.id]);
    expect(runStore.getState().scenario).toBe(DEFAULT_SCENARIO.id);
    expect(notices()).toEqual([]);
  });
  it('is the built-in one it names', async () => {
    await openFromAddress({ search: '?scenario=crazy-allocator', hash: '' });
    expect(opened().map(idOf)).toEqual(['crazy-allocator']);
  });
  it('is the default one, with a word about it, when there is no such machine', async () => {
    await openFromAddress({ search: '?scenario=nonsense', hash: '' });
    expect(opened().map(idOf)).toEqual([DEFAULT_SCENARIO.id]);
    expect(notices()).toEqual(['There is no built-in machine “nonsense”, so the default one is open instead.']);
  });
  it('comes whole out of a link', async () => {
    const session = sessionOf(DEFAULT_SCENARIO);
    session.commands = [{ t: 5, command: { op: 'sysctl', name: 'vm.swappiness', value: '0' } }];
    await openFromAddress({ search: '', hash: `#s=${encodeSession(session)}` });
    expect(opened()).toEqual([session]);
  });
  it('opens at the moment the link was made', async () => {
    const code = encodeSession(sessionOf(DEFAULT_SCENARIO));
    await openFromAddress({ search: '', hash: `#s=${code}&t=12500000000` });
    await openFromAddress({ search: '', hash: `#s=${code}&t=-1` });
    expect(machine.requests.map((r) => r.type === 'open' && r.at)).toEqual([12_500_000_000, undefined]);
  });
  it('is the default one, with a word about it, when the link is damaged', async () => {
    await openFromAddress({ search: '', hash: '#s=AAAA' });
    expect(opened().map(idOf)).toEqual([DEFAULT_SCENARIO.id]);
    expect(notices()[0]).toContain('This link is damaged');
  });
});

describe('files', () => {
  it('that are no JSON are refused in one sentence and leave the machine alone', async () => {
    expect(await openFile('notes.txt', 'hello')).toBe(false);
    expect(opened()).toEqual([]);
    expect(notices()[0]).toMatch(/^notes\.txt is not a scenario or session file: This is not valid JSON/);
  });
  it('name what is wrong with a scenario', async () => {
    expect(await openFile('x.json', '{"format":"oomlab/scenario@1","id":"x"}')).toBe(false);
    expect(notices()[0]).toContain('machine');
  });
  it('that are scenarios open', async () => {
    expect(await openFile('x.json', JSON.stringify(DEFAULT_SCENARIO))).toBe(true);
    expect(opened()).toHaveLength(1);
    expect(runStore.getState().scenario).toBe('');
  });
});

describe('built-in machines', () => {
  it('each say the point they make', () => {
    expect(listScenarios().length).toBeGreaterThanOrEqual(6);
    for (const { title, point } of listScenarios()) {
      expect(title).not.toBe('');
      expect(point.length).toBeGreaterThan(40);
    }
  });
  it('are named in the address, so that a reload opens them again', async () => {
    await openScenario('crazy-allocator');
    expect(new URLSearchParams(location.search).get('scenario')).toBe('crazy-allocator');
    expect(location.hash).toBe('');
  });
  it('stay closed when the machine refuses, with the reason', async () => {
    machine.refuse('open', { code: 'ram-too-large', params: { max: 2 ** 34, got: 2 ** 40 } });
    expect(await openScenario('crazy-allocator')).toBe(false);
    expect(runStore.getState().scenario).toBe('');
    expect(notices()).toEqual(['The model holds at most 16 GiB of RAM, got 1024 GiB.']);
  });
});

describe('the machine that was open before', () => {
  const adj = { op: 'oom_score_adj', pid: 7, value: -500 } as const;
  const requests = () => machine.requests.filter((r) => r.type === 'open');

  it('can be gone back to with what was done to it, at its moment and with its futures; and then the other', async () => {
    leftStore.setState({ left: null });
    await openScenario('leaky-server');
    recordCommand(2e9, adj);
    const branches = [0, 1].map((id) => ({
      id,
      parent: id - 1,
      forkedAt: 0,
      commands: [],
      shared: 0,
      known: 5e9,
      kills: [],
    }));
    const frame = { ...fixtureFrame(), t: 3e9 };
    runStore.setState({ frame, branches, branch: 1 });
    await openScenario('crazy-allocator');
    runStore.setState({ branches: [], frame: { ...frame, t: 9e9 } });
    expect(await openLeft()).toBe(true);
    expect(requests().at(-1)).toEqual({
      type: 'open',
      session: { format: 'oomlab/session@1', scenario: 'leaky-server', seed: 1, commands: [{ t: 2e9, command: adj }] },
      at: 3e9,
      futures: { branches, active: 1 },
    });
    expect(new URLSearchParams(location.search).get('scenario')).toBe('leaky-server');
    await openLeft();
    expect(requests().at(-1)).toMatchObject({ session: { scenario: 'crazy-allocator', commands: [] }, at: 9e9 });
  });
  it('is kept while another is opened that nothing has happened to, or that is refused', async () => {
    leftStore.setState({ left: null });
    await openScenario('leaky-server');
    runStore.setState({ frame: { ...fixtureFrame(), t: 3e9 } });
    machine.refuse('open', { code: 'ram-too-large', params: { max: 2 ** 34, got: 2 ** 40 } });
    await openScenario('crazy-allocator');
    expect(leftStore.getState().left).toBeNull();
    machine = fakeMachine(fixtureFrame({ t: 0 }));
    connectMachine(machine);
    await openScenario('crazy-allocator');
    await openScenario('malloc-fails');
    expect(leftStore.getState().left).toMatchObject({ scenario: 'leaky-server', t: 3e9 });
  });
});

describe('the same machine with more swap', () => {
  it('has it from its boot on, and what was done until then, and opens there', async () => {
    leftStore.setState({ left: null });
    await openScenario('leaky-server');
    runStore.setState({ frame: { ...fixtureFrame(), t: 30e9 } });
    const early = { t: 2e9, command: { op: 'oom_score_adj', pid: 7, value: -500 } as const };
    const late = { t: 25e9, command: { op: 'oom_score_adj', pid: 7, value: 0 } as const };
    const was = { format: 'oomlab/session@1', scenario: 'leaky-server', seed: 5, commands: [early, late] };
    machine.answer('session', was);
    expect(await openWithMoreSwap(8192, 20e9)).toBe(true);
    const asked = machine.requests.findLast((r) => r.type === 'open');
    expect(asked).toMatchObject({ at: 20e9, session: { seed: 5, commands: [early] } });
    const before = compileScenario(DEFAULT_SCENARIO);
    const now = compileScenario(scenarioOf(opened().at(-1) as Session));
    expect(now).toEqual({ ...before, swap: before.swap + 8192 * 4096 });
    expect(leftStore.getState().left).toMatchObject({ scenario: 'leaky-server', t: 30e9 });
    expect(notices()[0]).toMatch(/^This is the machine with 32 MiB more swap/);
  });
});

describe('settings in the address', () => {
  it('apply when they are valid', () => {
    readSettings('?theme=dark&view=lru');
    expect(settingsStore.getState()).toMatchObject({ theme: 'dark', view: 'lru' });
  });
  it('are told and left alone when they are not', () => {
    setTheme('light', false);
    setView('pyramid');
    readSettings('?theme=pink&view=42');
    expect(settingsStore.getState()).toMatchObject({ theme: 'light', view: 'pyramid' });
    expect(notices()).toEqual([
      'The theme is “light”, “dark”, “projector” or “system”; “pink” is none of them.',
      'The view is “pyramid”, “map”, “lru” or “groups”; “42” is none of them.',
    ]);
  });
});
