/** Short messages over the page: refusals, and what happened without being asked for. */
import { createStore } from 'zustand/vanilla';

export interface Notice {
  id: number;
  text: string;
  /** A refusal or damage; the rest is information. */
  problem: boolean;
  /** A button in it. */
  action?: NoticeAction;
  /** It tells of this moment of the run, ns, and stands where the run is drawn. */
  at?: number;
}

export interface NoticeAction {
  label: string;
  run: () => void;
}

export interface NoticeState {
  notices: Notice[];
  /** Id of the one under the pointer or with the focus: it stays until it is left. */
  held: number | null;
}

export const noticeStore = createStore<NoticeState>(() => ({ notices: [], held: null }));

/** More than these at a time hide the page. */
const MOST = 3;
/** How long a message stays, ms: time to read it, and longer for the long ones. */
const lifetime = (text: string): number => 4000 + 60 * text.length;

/** A message that was held goes so long after it was left, ms. */
const AFTER_MS = 1000;

let nextId = 1;

/** Shows a message; the same one again only renews it. Returns its id. */
export function notify(text: string, problem = false, action?: NoticeAction, at?: number): number {
  const id = nextId++;
  noticeStore.setState(({ notices }) => ({
    notices: [
      ...notices.filter((n) => n.text !== text),
      { id, text, problem, ...(action && { action }), ...(at !== undefined && { at }) },
    ].slice(-MOST),
  }));
  setTimeout(() => expire(id), lifetime(text));
  return id;
}

/** The message that the pointer or the focus is on; null = none. */
export const holdNotice = (held: number | null): void => noticeStore.setState({ held });

function expire(id: number): void {
  if (noticeStore.getState().held === id) setTimeout(() => expire(id), AFTER_MS);
  else dismiss(id);
}

export function dismiss(id: number): void {
  noticeStore.setState(({ notices, held }) => ({
    notices: notices.filter((n) => n.id !== id),
    held: held === id ? null : held,
  }));
}
