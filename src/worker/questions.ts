/** Questions that take time to answer: what if, and how much more memory. One at a time is computed, in slices. */
import { RefusalError } from '../machine/commands';
import type { Timeline } from '../machine/timetravel';
import type { Push, Request } from './protocol';
import { beginRemedy, remedyOn, remedyProgress, remedyResult } from './remedy';
import { beginSearch, searchOn, searchResult } from './whatIf';
import type { HostWorld } from './world';

/** A question, and the request it came with. */
interface Question {
  id: number;
  /** Goes on for a slice; true = the answer is known. */
  goOn: () => boolean;
  result: () => unknown;
  /** Tells how far it has come. */
  tell?: () => Push;
}
export type Asking = Extract<Request, { type: 'whatIf' | 'remedy' }>;

/** How far it has come is told this often, ms. */
const TELL_MS = 200;

export class Questions {
  private question: Question | null = null;

  constructor(private readonly world: HostWorld) {}

  /**
   * Answered when it is computed; an older question that is not by then never is to be.
   *
   * @throws {RefusalError} when there is nothing to be asked
   */
  ask(timeline: Timeline, id: number, request: Asking): void {
    this.drop();
    const { now } = this.world;
    if (request.type === 'whatIf') {
      const search = beginSearch(timeline, request.before, request.pid, request.adj, now());
      this.question = { id, goOn: () => searchOn(search, now), result: () => searchResult(search) };
    } else {
      const search = beginRemedy(timeline, request.before, request.what);
      this.question = {
        id,
        goOn: () => remedyOn(search, now),
        result: () => remedyResult(search),
        tell: () => ({ type: 'remedy', progress: remedyProgress(search) }),
      };
    }
    this.goOn(this.question, Number.NEGATIVE_INFINITY);
  }

  /** @param told when it was last told of, ms */
  private goOn(question: Question, told: number): void {
    this.world.soon(() => {
      if (this.question !== question) return;
      try {
        if (question.goOn()) {
          this.question = null;
          this.world.post({ id: question.id, ok: true, result: question.result() });
          return;
        }
      } catch (error) {
        if (!(error instanceof RefusalError)) throw error;
        this.question = null;
        this.world.post({ id: question.id, ok: false, refusal: error.refusal });
        return;
      }
      const now = this.world.now();
      const due = question.tell !== undefined && now - told >= TELL_MS;
      if (due && question.tell) this.world.post(question.tell());
      this.goOn(question, due ? now : told);
    });
  }

  drop(): void {
    if (this.question) {
      this.world.post({ id: this.question.id, ok: false, refusal: { code: 'superseded', params: {} } });
    }
    this.question = null;
  }
}
