/** Short messages over the page: refusals, and what happened without being asked for. */
import { createStore } from 'zustand/vanilla';

export interface Notice {
  id: number;
  text: string;
  /** A refusal or damage; the rest is information. */
  problem: boolean;
  /** A button in it. */
  action?: NoticeAction;
}

export interface NoticeAction {
  label: string;
  run: () => void;
}

export const noticeStore = createStore<{ notices: Notice[] }>(() => ({ notices: [] }));

/** More than these at a time hide the page. */
const MOST = 3;
/** How long a message stays, ms: time to read it, and longer for the long ones. */
const lifetime = (text: string): number => 4000 + 60 * text.length;

let nextId = 1;

/** Shows a message; the same one again only renews it. Returns its id. */
export function notify(text: string, problem = false, action?: NoticeAction): number {
  const id = nextId++;
  noticeStore.setState(({ notices }) => ({
    notices: [...notices.filter((n) => n.text !== text), { id, text, problem, ...(action && { action }) }].slice(-MOST),
  }));
  setTimeout(() => dismiss(id), lifetime(text));
  return id;
}

export function dismiss(id: number): void {
  noticeStore.setState(({ notices }) => ({ notices: notices.filter((n) => n.id !== id) }));
}
