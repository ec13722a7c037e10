/**
 * The page's side: requests with answers, and what the worker pushes. A worker that dies or hangs is replaced, and the
 * session replayed to where it was.
 */
import type { Session } from '../scenario/schema';
import { type Asked, type Command, type Futures, type Push, type Reply, type Request, SEEN } from './protocol';

/** What a client needs of a worker. */
export interface WorkerLike {
  postMessage: (message: unknown) => void;
  terminate: () => void;
  onmessage: ((event: MessageEvent) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
}

export interface MachineClient {
  request: (request: Request) => Promise<Reply>;
  /** Calls `listener` for everything that is pushed; returns what ends it. */
  onPush: (listener: (push: Push) => void) => () => void;
  close: () => void;
}

/** A worker that owes an answer and says nothing at all for so long is taken for dead, ms. */
export const HANG_MS = 20_000;
/** Restarts without a frame in between: after that many it is left alone. */
const MAX_RESTARTS = 3;

const startWorker = (): WorkerLike =>
  new Worker(new URL('./main.ts', import.meta.url), { type: 'module', name: 'machine' }) as unknown as WorkerLike;

/** While the machine runs each part of a picture is drawn in every fourth animation frame: no use in many more, ms. */
const DRAWN_MS = 30;

/** The worker waits with the next frame until the browser has drawn this one. */
function whenDrawn(worker: WorkerLike, running: boolean, since: number): void {
  if (typeof requestAnimationFrame !== 'function') return;
  const wait = (now: number): void => {
    if (running && now - since < DRAWN_MS) requestAnimationFrame(wait);
    else worker.postMessage(SEEN);
  };
  requestAnimationFrame(wait);
}

/** Starts a worker. `start` and `hangMs` are for tests. */
export function createMachineClient(start: () => WorkerLike = startWorker, hangMs = HANG_MS): MachineClient {
  const listeners: ((push: Push) => void)[] = [];
  let waiting: { id: number; request: Request; resolve: (reply: Reply) => void }[] = [];
  let nextId = 1;
  let worker = start();
  let watchdog: ReturnType<typeof setTimeout> | undefined;
  let restarts = 0;
  /** When the latest frame came, real time in ms. */
  let receivedAt = 0;
  /** Why it was left alone, '' = it was not. */
  let gone = '';
  let closed = false;
  /** What is replayed by the next worker. */
  let session: Session | null = null;
  let at = 0;
  /** How fast it goes and what the page wants to see besides, by type. */
  const views = new Map<Request['type'], Request>();
  /** Other futures than the one that is open. */
  let futures: Futures | null = null;

  const push = (message: Push): void => {
    for (const listener of listeners) listener(message);
  };

  const watch = (): void => {
    clearTimeout(watchdog);
    watchdog = undefined;
    if (waiting.length > 0 && !closed) watchdog = setTimeout(() => restart('no answer'), hangMs);
  };

  /** Keeps the session as the worker has it. */
  const remember = (request: Request, reply: Reply): void => {
    if (!reply.ok) return;
    if (request.type === 'open') {
      session = request.session;
      futures = request.futures ?? null;
      at = request.at ?? 0;
    } else if (request.type === 'command') {
      logCommand(request.command, (reply.result as { t: number }).t);
    } else if (request.type === 'rewrite' && session) {
      session = { ...session, commands: request.commands };
    } else if (request.type === 'reset' && session && !request.keepCommands) {
      session = { ...session, commands: [] };
    } else if (request.type === 'pageMap' || request.type === 'trace' || request.type === 'speed') {
      views.set(request.type, request);
    }
  };
  const logCommand = (command: Command, t: number): void => {
    if (!session || !('commands' in session)) return;
    session = { ...session, commands: [...session.commands.filter((c) => c.t <= t), { t, command }] };
  };

  /** Whichever future is open is what the next worker replays. */
  const follow = ({ branches, active }: Futures): void => {
    const open = branches.find((b) => b.id === active);
    if (session && open) session = { ...session, commands: open.commands };
    futures = branches.length > 1 ? { branches, active } : null;
  };

  const receive = ({ data }: MessageEvent): void => {
    const message = data as Push | Reply;
    if ('type' in message) {
      if (message.type === 'fatal') {
        restart(message.message);
        return;
      }
      if (message.type === 'branches') follow(message);
      if (message.type === 'frame') {
        at = message.frame.t;
        restarts = 0;
      }
      push(message);
      if (message.type === 'frame') {
        whenDrawn(worker, message.frame.status === 'running', receivedAt);
        receivedAt = performance.now();
      }
    } else {
      const done = waiting.find((it) => it.id === message.id);
      waiting = waiting.filter((it) => it !== done);
      if (done) {
        remember(done.request, message);
        done.resolve(message);
      }
    }
    watch();
  };

  const attach = (): void => {
    worker.onmessage = receive;
    worker.onerror = (event) => restart(event.message || 'the worker stopped');
  };

  const send = (request: Request, resolve: (reply: Reply) => void): void => {
    const id = nextId++;
    if (gone !== '' && request.type !== 'open') {
      resolve({ id, ok: false, refusal: { code: 'worker-gone', params: { why: gone } } });
      return;
    }
    if (gone !== '') {
      restarts = 0;
      begin();
    }
    waiting.push({ id, request, resolve });
    worker.postMessage({ id, request } satisfies Asked);
    watch();
  };

  /** Starts the next worker, for which everything is as it was for the last. */
  const begin = (): void => {
    gone = '';
    worker = start();
    attach();
    for (const view of views.values()) send(view, () => {});
  };

  const restart = (why: string): void => {
    if (closed) return;
    worker.terminate();
    push({ type: 'fatal', message: why });
    const lost = waiting;
    waiting = [];
    watch();
    if (++restarts > MAX_RESTARTS) gone = why;
    const code = gone === '' ? 'worker-died' : 'worker-gone';
    for (const { id, resolve } of lost) resolve({ id, ok: false, refusal: { code, params: { why } } });
    if (gone !== '') return;
    begin();
    if (session) send({ type: 'open', session, at, ...(futures && { futures }) }, () => {});
  };

  attach();
  return {
    request: (request) => new Promise((resolve) => send(request, resolve)),
    onPush: (listener) => {
      listeners.push(listener);
      return () => {
        const i = listeners.indexOf(listener);
        if (i >= 0) listeners.splice(i, 1);
      };
    },
    close: () => {
      closed = true;
      clearTimeout(watchdog);
      worker.terminate();
    },
  };
}
