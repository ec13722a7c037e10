/** The worker's entry: connects the host to the page. */
import { Host } from './host';
import type { Push, Reply, Request } from './protocol';

const scope = self as unknown as DedicatedWorkerGlobalScope;

/** A message to itself comes after those that wait already, and sooner than a timer. */
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
    calls.push(call);
    port2.postMessage(null);
  },
  later: (call, ms) => {
    setTimeout(() => guard(call), ms);
  },
});

scope.onmessage = ({ data }: MessageEvent<{ id: number; request: Request }>) =>
  guard(() => host.handle(data.id, data.request));
