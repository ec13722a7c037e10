/**
 * The futures of a run. Whoever changes the past goes another way from there; the way that was known stays, with the
 * commands that lead along it and what was seen on it. A way is replayed when somebody goes back to it.
 */
import type { LoggedCommand } from './commands';
import { createRecording, type Recording } from './record';

export interface Branch {
  id: number;
  /** The branch it was forked from, -1 = the first. */
  parent: number;
  /** ns. */
  forkedAt: number;
  /** How many of the commands it has in common with its parent; the rest is what was changed. */
  shared: number;
  commands: LoggedCommand[];
  rec: Recording;
}

/** Branches kept; then the oldest one goes that nobody is on. */
const MOST = 12;

export class Branches {
  readonly list: Branch[] = [];
  private nextId = 0;
  active: Branch;

  constructor(commands: LoggedCommand[], rec: Recording) {
    this.active = this.add({ parent: -1, forkedAt: 0, shared: 0, commands, rec });
  }

  private add(branch: Omit<Branch, 'id'>): Branch {
    const added = { ...branch, id: this.nextId++ };
    this.list.push(added);
    return added;
  }

  /**
   * Leaves the active branch as it is and begins another one.
   *
   * @param rec what the new one knows: a recording of its own
   */
  begin(forkedAt: number, shared: number, commands: LoggedCommand[], rec: Recording): void {
    this.active = this.add({ parent: this.active.id, forkedAt, shared, commands, rec });
    if (this.list.length <= MOST) return;
    const oldest = this.list.findIndex((b) => b !== this.active && b.id !== this.active.parent);
    this.list.splice(Math.max(0, oldest), 1);
  }

  /** Takes over branches of an earlier run of the same machine; the active one of this is `active` of those. */
  adopt(others: readonly Omit<Branch, 'rec'>[], active: number): void {
    const own = this.active;
    this.list.length = 0;
    for (const { id, parent, forkedAt, shared, commands } of others) {
      const mine = id === active;
      this.list.push({
        id,
        parent,
        forkedAt,
        shared,
        commands: mine ? own.commands : commands,
        rec: mine ? own.rec : createRecording(),
      });
      this.nextId = Math.max(this.nextId, id + 1);
    }
    this.active = this.find(active) ?? own;
    if (this.active === own) this.list.push(own);
  }

  find(id: number): Branch | undefined {
    return this.list.find((b) => b.id === id);
  }

  /** Forgets a branch; the active one stays. */
  drop(id: number): void {
    const i = this.list.findIndex((b) => b.id === id);
    if (i >= 0 && this.list[i] !== this.active) this.list.splice(i, 1);
  }
}

/** ns up to which two branches are the same; Infinity = they do not differ. */
export function partingOf(a: readonly LoggedCommand[], b: readonly LoggedCommand[]): number {
  let i = 0;
  while (i < a.length && i < b.length && a[i].t === b[i].t && same(a[i], b[i])) i++;
  return Math.min(a[i]?.t ?? Number.POSITIVE_INFINITY, b[i]?.t ?? Number.POSITIVE_INFINITY);
}

const same = (a: LoggedCommand, b: LoggedCommand): boolean =>
  a === b || JSON.stringify(a.command) === JSON.stringify(b.command);
