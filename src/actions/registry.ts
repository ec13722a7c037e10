/** Everything that a key can do, once: the keyboard handler, the buttons and the help list read it from here. */
import type { Key as Word } from '../i18n';
import { setHelpOpen, setTheme, settingsStore, setView } from '../store';
import { toggleInspector } from './inspector';
import { reset, step, stepBack, toggleRun } from './lab';
import { shareLink } from './scenarios';

export interface Action {
  id: string;
  label: Word;
  /** `KeyboardEvent.key`, '' = none. */
  key: string;
  /** How the key is written in the help. */
  keyLabel?: Word;
  run: () => void;
}

export const ACTIONS = [
  { id: 'toggle', label: 'action.toggle', key: ' ', keyLabel: 'key.space', run: () => void toggleRun() },
  { id: 'step', label: 'action.step', key: '.', run: () => void step() },
  { id: 'stepBack', label: 'action.stepBack', key: ',', run: () => void stepBack() },
  { id: 'reset', label: 'action.reset', key: 'Home', keyLabel: 'key.home', run: () => void reset() },
  { id: 'viewPyramid', label: 'action.viewPyramid', key: '1', run: () => setView('pyramid') },
  { id: 'viewMap', label: 'action.viewMap', key: '2', run: () => setView('map') },
  { id: 'viewLru', label: 'action.viewLru', key: '3', run: () => setView('lru') },
  { id: 'inspector', label: 'action.inspector', key: 'k', run: toggleInspector },
  {
    id: 'theme',
    label: 'action.theme',
    key: 't',
    run: () => setTheme(settingsStore.getState().theme === 'dark' ? 'light' : 'dark'),
  },
  { id: 'help', label: 'action.help', key: '?', run: () => setHelpOpen(true) },
  { id: 'share', label: 'nav.share', key: '', run: () => void shareLink() },
] as const satisfies readonly Action[];

export type ActionId = (typeof ACTIONS)[number]['id'];

export function runAction(id: ActionId): void {
  ACTIONS.find((action) => action.id === id)?.run();
}

/** Elements that want their keys for themselves. */
const TYPING = 'input, textarea, select, [contenteditable], [role="slider"], [role="spinbutton"], [role="menu"]';
const PRESSABLE = 'button, a, summary, [role="tab"], [role="button"], [role="option"]';

/** Runs the action of a pressed key, unless the focused element wants the key; true = it did. */
export function handleKey(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return false;
  const action: Action | undefined = ACTIONS.find(({ key }) => key !== '' && key === event.key);
  if (!action) return false;
  const target = event.target instanceof Element ? event.target : null;
  if (target?.closest(TYPING) || document.querySelector('[role="dialog"][aria-modal="true"], .modal')) return false;
  // Space presses the button that has the focus; Home may move within tabs.
  if ((event.key === ' ' || event.key === 'Home') && target?.closest(PRESSABLE)) return false;
  event.preventDefault();
  action.run();
  return true;
}
