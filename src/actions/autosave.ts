/**
 * The session outlives the page: what was opened, what was done and where the head stands are kept in the browser, and a
 * page that comes back to the same address goes on there.
 */

import type { Session } from '../scenario/schema';
import { historyStore, type Left, leftStore, runStore } from '../store';

const KEY = 'oomlab.session';
const LEFT_KEY = 'oomlab.left';
/** Kept at most this often, ms. */
const EVERY_MS = 2000;

export interface Saved {
  /** Query and fragment of the address it was open under. */
  address: string;
  session: Session;
  /** Id of the built-in scenario, '' for a file or a link. */
  scenario: string;
  /** Where the head stood, ns. */
  t: number;
}

/** What decides which session an address asks for; how the page looks is left out. */
export function addressOf({ search, hash }: { search: string; hash: string }): string {
  const id = new URLSearchParams(search).get('scenario');
  return `${id === null ? '' : `?scenario=${id}`}${hash}`;
}

function save(): void {
  const { opened, commands } = historyStore.getState();
  const { frame, scenario } = runStore.getState();
  if (!opened || !frame) return;
  const saved: Saved = {
    address: addressOf(location),
    session: { ...opened, commands: [...commands] },
    scenario,
    t: frame.t,
  };
  keep(KEY, saved);
}

function keep(key: string, what: unknown): void {
  try {
    localStorage.setItem(key, JSON.stringify(what));
  } catch {
    // Storage is full or off: the session then lasts as long as the page.
  }
}

/** The open machine as it would be left now; null when nothing has happened to it yet. */
export function leaving(): Left | null {
  const { opened, commands } = historyStore.getState();
  const { frame, scenario, branches, branch } = runStore.getState();
  if (!opened || !frame || (frame.t <= 0 && commands.length === 0)) return null;
  return {
    title: frame.machine.title,
    session: { ...opened, commands: [...commands] },
    scenario,
    t: frame.t,
    ...(branches.length > 1 && { futures: { branches, active: branch } }),
  };
}

/** Another machine has been opened: the one before can be gone back to, after a reload too. */
export function keepLeft(left: Left): void {
  leftStore.setState({ left });
  keep(LEFT_KEY, left);
}

/** As the page was left: what was open before. */
export function recallLeft(): void {
  try {
    const left = JSON.parse(localStorage.getItem(LEFT_KEY) ?? 'null') as Partial<Left> | null;
    if (left?.session && typeof left.t === 'number' && typeof left.title === 'string')
      leftStore.setState({ left: { ...left, scenario: String(left.scenario ?? '') } as Left });
  } catch {
    // Damaged: there is nothing to go back to.
  }
}

/** Keeps the session from now on, every now and then and when the page goes. */
export function startAutosave(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const soon = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      save();
    }, EVERY_MS);
  };
  runStore.subscribe((now, before) => {
    if (now.frame?.t !== before.frame?.t) soon();
  });
  historyStore.subscribe(soon);
  const last = (): void => {
    clearTimeout(timer);
    timer = undefined;
    save();
  };
  addEventListener('pagehide', last);
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') last();
  });
}

/**
 * What was kept under this address, or under any when it asks for nothing; null when there is nothing to go on with.
 * Whether it is still valid is for whoever opens it to find out.
 */
export function savedSession(address: string): Saved | null {
  try {
    const saved = JSON.parse(localStorage.getItem(KEY) ?? 'null') as Partial<Saved> | null;
    if (!saved?.session || typeof saved.t !== 'number' || typeof saved.address !== 'string') return null;
    if (address !== '' && address !== saved.address) return null;
    if (saved.t <= 0 && !((saved.session.commands?.length ?? 0) > 0)) return null;
    return { address: saved.address, session: saved.session, scenario: String(saved.scenario ?? ''), t: saved.t };
  } catch {
    return null;
  }
}

export function forgetSaved(): void {
  try {
    localStorage.removeItem(KEY);
  } catch {
    // As above.
  }
}
