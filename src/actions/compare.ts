/**
 * Two machines in lock step: each in a worker of its own, led together from moment to moment, so that neither is ever ahead
 * of the other by more than a step.
 */
import { RefusalError } from '../machine/commands';
import { SESSION_FORMAT, type Session } from '../scenario/schema';
import { runStore } from '../store';
import { bothOpen, compareStore, EMPTY_SIDE, type SideIndex, setSide } from '../store/compare';
import { createMachineClient, type MachineClient } from '../worker/client';
import { ask } from './lab';

/** Steps of lock step are at most so long in real time, ms: a slow machine slows both down. */
const MOST_STEP_MS = 100;
/** "Until the next kill" looks ahead so far at a time, and so far in all; ns. */
const SEARCH_STEP_NS = 250e6;
const SEARCH_NS = 300e9;

let clients: [MachineClient, MachineClient] | null = null;
/** Raised by whatever moves the two: an older run or search ends then. */
let turn = 0;

/** Starts the two workers; returns what ends them. `start` is for tests. */
export function startCompare(start: () => MachineClient = createMachineClient): () => void {
  const pair: [MachineClient, MachineClient] = [start(), start()];
  clients = pair;
  compareStore.setState({ sides: [EMPTY_SIDE, EMPTY_SIDE], t: 0, running: false });
  pair.forEach((client, at) => {
    const i = at as SideIndex;
    client.onPush((push) => {
      if (push.type === 'frame') setSide(i, { frame: push.frame, fatal: '' });
      else if (push.type === 'samples')
        setSide(i, { samples: compareStore.getState().sides[i].samples.slice(0, push.from).concat(push.samples) });
      else if (push.type === 'kills')
        setSide(i, { kills: compareStore.getState().sides[i].kills.slice(0, push.from).concat(push.kills) });
      else if (push.type === 'fatal') setSide(i, { fatal: push.message });
    });
  });
  return () => {
    turn++;
    clients = null;
    for (const client of pair) client.close();
  };
}

async function request(i: SideIndex, what: Parameters<MachineClient['request']>[0]): Promise<unknown> {
  if (!clients) throw new RefusalError('no_machine');
  const reply = await clients[i].request(what);
  if (!reply.ok) throw new RefusalError(reply.refusal.code, reply.refusal.params);
  return reply.result;
}

/** The session of a source: a future of the open machine, or a built-in scenario from its beginning. */
async function sessionOf(source: string): Promise<Session> {
  const [kind, id] = source.split(':');
  if (kind === 'branch') return (await ask({ type: 'session', branch: Number(id) })) as Session;
  return { format: SESSION_FORMAT, scenario: id, seed: 1, commands: [] };
}

/** Opens a machine on one side at the moment both are at. Throws `RefusalError`. */
export async function openSide(i: SideIndex, source: string): Promise<void> {
  pauseBoth();
  const session = await sessionOf(source);
  const { t } = compareStore.getState();
  setSide(i, { ...EMPTY_SIDE, source });
  await request(i, t > 0 ? { type: 'open', session, at: t } : { type: 'open', session });
}

/** Two futures of the open machine (or one and the same), at the moment at which they part. */
export async function openBranches(): Promise<void> {
  const { branches, branch, frame } = runStore.getState();
  const active = branches.find((b) => b.id === branch);
  const other = branches.find((b) => b.id === active?.parent) ?? branches.find((b) => b.parent === branch) ?? active;
  if (!active || !other) return;
  const fork = other.parent === active.id ? other.forkedAt : active.forkedAt;
  compareStore.setState({ t: other === active ? (frame?.t ?? 0) : fork });
  await openSide(0, `branch:${other.id}`);
  await openSide(1, `branch:${active.id}`);
}

const both = (act: (i: SideIndex) => Promise<unknown>): Promise<unknown> => Promise.all([act(0), act(1)]);

/** Leads both to a moment, ns. A machine that has stopped for good stays where it is. */
async function advance(t: number): Promise<void> {
  const mine = turn;
  await both(async (i) => {
    try {
      await request(i, { type: 'advance', t });
    } catch (error) {
      if (!(error instanceof RefusalError)) throw error;
      if (!['machine-stopped', 'worker-died', 'worker-gone'].includes(error.refusal.code)) throw error;
    }
  });
  // Paused or sent elsewhere on the way, they are not there.
  if (turn === mine) compareStore.setState({ t });
}

export function pauseBoth(): void {
  const mine = ++turn;
  if (!compareStore.getState().running) return;
  compareStore.setState({ running: false });
  void both((i) => request(i, { type: 'pause' }))
    .then(() => {
      if (turn !== mine) return;
      const { sides, t } = compareStore.getState();
      compareStore.setState({ t: Math.max(t, ...sides.map(({ frame }) => frame?.t ?? 0)) });
    })
    .catch(ignoreRefusal);
}

function ignoreRefusal(error: unknown): void {
  if (!(error instanceof RefusalError)) throw error;
}

/** Lets both run, side by side. */
export async function runBoth(): Promise<void> {
  if (!bothOpen(compareStore.getState().sides)) return;
  const mine = ++turn;
  compareStore.setState({ running: true });
  let last = performance.now();
  while (turn === mine && clients) {
    await new Promise<void>((resolve) => requestAnimationFrame(() => resolve()));
    const now = performance.now();
    const { t, speed } = compareStore.getState();
    const step = Math.min(MOST_STEP_MS, now - last) * 1e6 * speed;
    last = now;
    if (turn === mine) await advance(t + step).catch(ignoreRefusal);
  }
}

export const toggleBoth = (): void => {
  if (compareStore.getState().running) pauseBoth();
  else void runBoth();
};

/** Both to a moment, ns; backwards too. */
export async function seekBoth(t: number): Promise<void> {
  pauseBoth();
  turn++;
  compareStore.setState({ t });
  await both((i) => request(i, { type: 'seek', t })).catch(ignoreRefusal);
}

/** On until one of them has a kill that the present moment does not know of; true = there was one. */
export async function runToKill(): Promise<boolean> {
  if (!bothOpen(compareStore.getState().sides)) return false;
  const from = compareStore.getState().t;
  const mine = ++turn;
  compareStore.setState({ running: true });
  const next = (): number =>
    Math.min(
      ...compareStore.getState().sides.flatMap(({ kills }) => kills.map((k) => k.decided).filter((at) => at > from)),
    );
  for (let t = from; turn === mine && clients && !Number.isFinite(next()) && t < from + SEARCH_NS; ) {
    t += SEARCH_STEP_NS;
    await advance(t).catch(ignoreRefusal);
  }
  const at = next();
  if (turn !== mine) return false;
  if (Number.isFinite(at)) await seekBoth(at);
  else pauseBoth();
  return Number.isFinite(at);
}

export const setBothSpeed = (speed: number): void => compareStore.setState({ speed });
