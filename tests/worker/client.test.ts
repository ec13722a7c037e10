import { afterEach, describe, expect, test, vi } from 'vitest';
import { DEFAULT_SCENARIO } from '../../src/scenario/builtin';
import { sessionOf } from '../../src/scenario/schema';
import { createMachineClient, type WorkerLike } from '../../src/worker/client';
import type { Push, Reply, Request } from '../../src/worker/protocol';

/** A worker that answers what the test tells it to. */
class FakeWorker implements WorkerLike {
  readonly got: { id: number; request: Request }[] = [];
  onmessage: ((event: MessageEvent) => void) | null = null;
  onerror: ((event: ErrorEvent) => void) | null = null;
  ended = false;
  postMessage(message: unknown): void {
    this.got.push(message as { id: number; request: Request });
  }
  terminate(): void {
    this.ended = true;
  }
  say(message: Push | Reply): void {
    this.onmessage?.({ data: message } as MessageEvent);
  }
}

function client(hangMs?: number) {
  const workers: FakeWorker[] = [];
  const made = createMachineClient(() => {
    const worker = new FakeWorker();
    workers.push(worker);
    return worker;
  }, hangMs);
  const pushed: Push[] = [];
  made.onPush((push) => pushed.push(push));
  return { client: made, workers, pushed };
}

const session = sessionOf(DEFAULT_SCENARIO);
const frameAt = (t: number): Push => ({ type: 'frame', frame: { t } }) as unknown as Push;

afterEach(() => {
  vi.useRealTimers();
});

describe('the client', () => {
  test('gives each request its own answer', async () => {
    const { client: c, workers } = client();
    const a = c.request({ type: 'run' });
    const b = c.request({ type: 'pause' });
    workers[0].say({ id: 2, ok: true, result: 'b' });
    workers[0].say({ id: 1, ok: false, refusal: { code: 'no_machine', params: {} } });
    expect(await a).toMatchObject({ ok: false });
    expect(await b).toMatchObject({ ok: true, result: 'b' });
    c.close();
  });

  test('replaces a worker that dies, and replays the session with its commands to where it was', async () => {
    const { client: c, workers, pushed } = client();
    const open = c.request({ type: 'open', session });
    workers[0].say({ id: 1, ok: true });
    await open;
    const command = { op: 'sysctl', name: 'vm.swappiness', value: '1' } as const;
    const done = c.request({ type: 'command', command });
    workers[0].say({ id: 2, ok: true, result: { t: 5e9 } });
    await done;
    workers[0].say(frameAt(7e9));
    const lost = c.request({ type: 'run' });
    workers[0].onerror?.({ message: 'boom' } as ErrorEvent);
    expect(await lost).toMatchObject({ ok: false, refusal: { code: 'worker-died' } });
    expect(workers[0].ended).toBe(true);
    expect(pushed.at(-1)).toEqual({ type: 'fatal', message: 'boom' });
    expect(workers[1].got.map((m) => m.request)).toEqual([
      { type: 'open', session: { ...session, commands: [{ t: 5e9, command }] }, at: 7e9 },
    ]);
    c.close();
  });

  test('replays the future that was open, and tells the next worker of the others', async () => {
    const { client: c, workers } = client();
    const open = c.request({ type: 'open', session });
    workers[0].say({ id: 1, ok: true });
    await open;
    const commands = [{ t: 1e9, command: { op: 'sysctl', name: 'vm.swappiness', value: '1' } as const }];
    const first = { id: 0, parent: -1, forkedAt: 0, shared: 0, commands: [], known: 9e9, kills: [] };
    const second = { ...first, id: 1, parent: 0, forkedAt: 1e9, commands };
    workers[0].say({ type: 'branches', branches: [first, second], active: 1 });
    workers[0].onerror?.({ message: 'boom' } as ErrorEvent);
    expect(workers[1].got[0].request).toEqual({
      type: 'open',
      session: { ...session, commands },
      at: 0,
      futures: { branches: [first, second], active: 1 },
    });
    c.close();
  });

  test('takes a worker for dead that owes an answer for too long', async () => {
    vi.useFakeTimers();
    const { client: c, workers } = client(1000);
    const lost = c.request({ type: 'step' });
    vi.advanceTimersByTime(900);
    expect(workers).toHaveLength(1);
    vi.advanceTimersByTime(200);
    expect(workers).toHaveLength(2);
    expect(await lost).toMatchObject({ ok: false });
    c.close();
  });

  test('tells the next worker how fast the machine goes and what the page wants to see', async () => {
    const { client: c, workers } = client();
    for (const request of [
      { type: 'open', session },
      { type: 'speed', value: 0.1 },
      { type: 'trace', on: true },
      { type: 'speed', value: 20 },
    ] as const) {
      const done = c.request(request);
      workers[0].say({ id: workers[0].got.at(-1)?.id ?? 0, ok: true });
      await done;
    }
    workers[0].onerror?.({ message: 'boom' } as ErrorEvent);
    expect(workers[1].got.map((m) => m.request)).toEqual([
      { type: 'speed', value: 20 },
      { type: 'trace', on: true },
      { type: 'open', session, at: 0 },
    ]);
    c.close();
  });

  test('gives up on a worker that dies again and again, says so at once, and starts one for another machine', async () => {
    const { client: c, workers } = client();
    for (let i = 0; i < 10; i++) workers.at(-1)?.onerror?.({ message: 'boom' } as ErrorEvent);
    expect(workers.length).toBeLessThan(6);
    expect(await c.request({ type: 'run' })).toMatchObject({ ok: false, refusal: { code: 'worker-gone' } });
    const before = workers.length;
    const open = c.request({ type: 'open', session });
    expect(workers).toHaveLength(before + 1);
    workers.at(-1)?.say({ id: workers.at(-1)?.got.at(-1)?.id ?? 0, ok: true });
    expect(await open).toMatchObject({ ok: true });
    c.close();
  });
});
