/** A host without a worker: real time is a number that the test moves. */
import { Host } from '../../src/worker/host';
import type { Frame, Futures, KillReport, Push, RemedyProgress, Reply, Request } from '../../src/worker/protocol';

export class HostBench {
  readonly pushed: Push[] = [];
  now = 0;
  readonly replies: Reply[] = [];
  private readonly calls: { at: number; call: () => void }[] = [];
  private id = 0;
  readonly host = new Host({
    post: (message) => {
      // What goes through postMessage must survive it.
      const copy = structuredClone(message);
      if ('type' in copy) {
        this.pushed.push(copy);
        // This page draws at once.
        if (copy.type === 'frame') this.host.seen();
      } else this.replies.push(copy);
    },
    // A look at the clock takes a little time, so that slices end.
    now: () => (this.now += 0.2),
    soon: (call) => this.calls.push({ at: this.now, call }),
    later: (call, ms) => this.calls.push({ at: this.now + ms, call }),
  });

  /** Sends a request that is answered later. */
  post(request: Request): void {
    this.host.handle(++this.id, structuredClone(request));
  }

  /** The result of the last answer. */
  get answer(): unknown {
    const reply = this.replies.at(-1);
    return reply?.id === this.id && reply.ok ? reply.result : undefined;
  }

  /** OOMs as the page knows them. */
  get kills(): KillReport[] {
    let kills: KillReport[] = [];
    for (const push of this.pushed) if (push.type === 'kills') kills = [...kills.slice(0, push.from), ...push.kills];
    return kills;
  }

  /** What was told of a search for a remedy. */
  get remedies(): RemedyProgress[] {
    return this.pushed.flatMap((p) => (p.type === 'remedy' ? [p.progress] : []));
  }

  get futures(): Futures {
    const last = this.pushed.filter((p) => p.type === 'branches').at(-1);
    if (!last) throw new Error('no futures yet');
    return { branches: last.branches, active: last.active };
  }

  ask(request: Request): Reply {
    this.post(request);
    const reply = this.replies.at(-1);
    if (reply?.id !== this.id) throw new Error(`${request.type} was not answered`);
    return reply;
  }

  /** Lets the host do what it has put off, for so many ms of real time. */
  pass(ms = Number.POSITIVE_INFINITY): void {
    const end = this.now + ms;
    while (this.calls.length > 0 && this.now < end) {
      const next = this.calls.shift();
      if (!next) return;
      this.now = Math.max(this.now, next.at);
      next.call();
    }
  }

  get frame(): Frame {
    const last = this.pushed.filter((p) => p.type === 'frame').at(-1);
    if (!last) throw new Error('no frame yet');
    return last.frame;
  }
}
