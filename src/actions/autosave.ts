/**
 * The session outlives the page: what was opened, what was done and where the head stands are kept in the browser, and a
 * page that comes back to the same address goes on there.
 */
import { t } from '../i18n';
import type { Session } from '../scenario/schema';
import { historyStore, type Left, leftStore, notify, runStore } from '../store';

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
  if (keep(KEY, saved)) return;
  // The machine that was left can be gone back to without it, as long as the page is open.
  forget(LEFT_KEY);
  if (keep(KEY, saved)) return;
  // What is there is of another moment, or of another machine: it must not come back in this one's place.
  forget(KEY);
  if (!told) notify(t('notice.notKept'), true);
  told = true;
}

/** It was said that there is no room. */
let told = false;

/** False = there is no room for it. Where storage is off, the session lasts as long as the page: that is what was wanted. */
function keep(key: string, what: unknown): boolean {
  try {
    localStorage.setItem(key, JSON.stringify(what));
    return true;
  } catch (error) {
    return !(error instanceof DOMException && /quota/i.test(error.name));
  }
}

function forget(key: string): void {
  try {
    localStorage.removeItem(key);
  } catch {
    // Storage is off: there is nothing in it.
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

/** What is in their commands is for whoever opens them to find out, as with a session. */
const areFutures = (it: Left['futures']): boolean =>
  typeof it?.active === 'number' &&
  Array.isArray(it.branches) &&
  it.branches.every((b) => typeof b?.id === 'number' && Array.isArray(b.commands));

/** As the page was left: what was open before. */
export function recallLeft(): void {
  try {
    const left = JSON.parse(localStorage.getItem(LEFT_KEY) ?? 'null') as Partial<Left> | null;
    if (!left?.session || typeof left.t !== 'number' || typeof left.title !== 'string') return;
    const { title, session, futures } = left;
    const scenario = String(left.scenario ?? '');
    leftStore.setState({ left: { title, session, scenario, t: left.t, ...(areFutures(futures) && { futures }) } });
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

export const forgetSaved = (): void => forget(KEY);
