/** The worker's entry: connects the host to the page. */
import { Host } from './host';
import { type Asked, type Push, type Reply, SEEN } from './protocol';

const scope = self as unknown as DedicatedWorkerGlobalScope;

/** Not in TypeScript's library yet, and not in every browser. */
interface TaskScheduler {
  postTask: (task: () => void, options: { priority: 'background' }) => Promise<unknown>;
}
const { scheduler } = globalThis as { scheduler?: TaskScheduler };

/**
 * For browsers without a scheduler: a message to itself comes sooner than a timer. Where there is one it is better used:
 * Chromium reads a port until it is empty, so that the page's messages would wait for seconds.
 */
const { port1, port2 } = new MessageChannel();
const calls: (() => void)[] = [];
port1.onmessage = () => guard(() => calls.shift()?.());

/** What goes wrong in the model itself is told; the page then starts another worker. */
function guard(call: () => void): void {
  try {
    call();
  } catch (error) {
    scope.postMessage({
      type: 'fatal',
      message: error instanceof Error ? error.message : String(error),
    } satisfies Push);
  }
}

const host = new Host({
  post: (message: Push | Reply) => scope.postMessage(message),
  now: () => performance.now(),
  soon: (call) => {
    if (scheduler) {
      void scheduler.postTask(() => guard(call), { priority: 'background' });
      return;
    }
    calls.push(call);
    port2.postMessage(null);
  },
  later: (call, ms) => {
    setTimeout(() => guard(call), ms);
  },
});

scope.onmessage = ({ data }: MessageEvent<Asked | typeof SEEN>) =>
  guard(() => (data === SEEN ? host.seen() : host.handle(data.id, data.request)));
