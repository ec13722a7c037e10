/** Everything that can be done, once: the keyboard handler, the buttons, the command palette and the help read it from here. */
import type { Key as Word } from '../i18n';
import {
  cycleTheme,
  setHelpOpen,
  setPaletteOpen,
  setPresent,
  setSettingsOpen,
  setSingleKeys,
  setTheme,
  settingsStore,
  setView,
} from '../store';
import { toggleInspector } from './inspector';
import { redo, reset, runUntil, step, stepBack, toggleRun, undo } from './lab';
import { openLeft, savePictures, saveScenario, saveSeries, saveSession, shareLink } from './scenarios';
import { openPostMortem } from './screen';

export interface Action {
  id: string;
  label: Word;
  /** `KeyboardEvent.key`, '' = none. */
  key: string;
  /** How the key is written in the help. */
  keyLabel?: Word;
  /** With Control, or Command: such keys stay when single keys are switched off. */
  mod?: 'ctrl' | 'ctrl+shift';
  run: () => void;
}

export const ACTIONS = [
  { id: 'toggle', label: 'action.toggle', key: ' ', keyLabel: 'key.space', run: () => void toggleRun() },
  { id: 'step', label: 'action.step', key: '.', run: () => void step() },
  { id: 'stepBack', label: 'action.stepBack', key: ',', run: () => void stepBack() },
  { id: 'reset', label: 'action.reset', key: 'Home', keyLabel: 'key.home', run: () => void reset() },
  { id: 'palette', label: 'action.palette', key: 'k', mod: 'ctrl', run: () => setPaletteOpen(true) },
  { id: 'undo', label: 'action.undo', key: 'z', mod: 'ctrl', run: () => void undo() },
  { id: 'redo', label: 'action.redo', key: 'z', mod: 'ctrl+shift', run: () => void redo() },
  { id: 'viewPyramid', label: 'action.viewPyramid', key: '1', run: () => setView('pyramid') },
  { id: 'viewMap', label: 'action.viewMap', key: '2', run: () => setView('map') },
  { id: 'viewLru', label: 'action.viewLru', key: '3', run: () => setView('lru') },
  { id: 'viewGroups', label: 'action.viewGroups', key: '4', run: () => setView('groups') },
  { id: 'inspector', label: 'action.inspector', key: 'k', run: toggleInspector },
  {
    id: 'settings',
    label: 'action.settings',
    key: 's',
    run: () => setSettingsOpen(!settingsStore.getState().settingsOpen),
  },
  { id: 'present', label: 'action.present', key: 'p', run: () => setPresent(!settingsStore.getState().present) },
  { id: 'theme', label: 'action.theme', key: 't', run: cycleTheme },
  { id: 'help', label: 'action.help', key: '?', run: () => setHelpOpen(true) },
  { id: 'untilKswapd', label: 'action.untilKswapd', key: '', run: () => void runUntil('kswapd') },
  { id: 'untilReclaim', label: 'action.untilReclaim', key: '', run: () => void runUntil('direct-reclaim') },
  { id: 'untilSwapOut', label: 'action.untilSwapOut', key: '', run: () => void runUntil('swap-out') },
  { id: 'untilKill', label: 'action.untilKill', key: '', run: () => void runUntil('kill') },
  { id: 'openLeft', label: 'machine.back', key: '', run: () => void openLeft() },
  { id: 'share', label: 'action.share', key: '', run: () => void shareLink() },
  { id: 'saveSession', label: 'machine.save', key: '', run: () => void saveSession() },
  { id: 'saveScenario', label: 'machine.saveScenario', key: '', run: () => void saveScenario() },
  { id: 'saveSeries', label: 'machine.saveSeries', key: '', run: saveSeries },
  { id: 'savePictures', label: 'machine.savePictures', key: '', run: () => void savePictures('svg') },
  { id: 'savePng', label: 'machine.savePng', key: '', run: () => void savePictures('png') },
  { id: 'postmortem', label: 'action.postmortem', key: '', run: openPostMortem },
  { id: 'themeSystem', label: 'theme.system', key: '', run: () => setTheme('system') },
  { id: 'themeLight', label: 'theme.light', key: '', run: () => setTheme('light') },
  { id: 'themeDark', label: 'theme.dark', key: '', run: () => setTheme('dark') },
  { id: 'themeProjector', label: 'theme.projector', key: '', run: () => setTheme('projector') },
  {
    id: 'singleKeys',
    label: 'action.singleKeys',
    key: '',
    run: () => setSingleKeys(!settingsStore.getState().singleKeys),
  },
] as const satisfies readonly Action[];

export type ActionId = (typeof ACTIONS)[number]['id'];

export function runAction(id: ActionId): void {
  ACTIONS.find((action) => action.id === id)?.run();
}

/** Elements that want their keys for themselves. */
const TYPING = 'input:not([type="range"]), textarea, select, [contenteditable], [role="spinbutton"], [role="menu"]';
/** Of sliders these are the arrows and their like only. */
const SLIDER = 'input[type="range"], [role="slider"]';
const PRESSABLE = 'button, a, summary, [role="tab"], [role="button"], [role="option"]';
/** What Home moves to the beginning of: a slider, a list with one focus, a text that is scrolled. */
const HAS_HOME = `${SLIDER}, [role="tab"], [role="option"], [role="treeitem"], [tabindex="0"]:is([role="log"], section, fieldset)`;

/** The modifiers of a key press as an action names them; null for those that no action has. */
function modifiers(event: KeyboardEvent): Action['mod'] | '' | null {
  if (event.altKey) return null;
  if (event.ctrlKey || event.metaKey) return event.shiftKey ? 'ctrl+shift' : 'ctrl';
  return '';
}

/** Runs the action of a pressed key, unless the focused element wants the key; true = it did. */
export function handleKey(event: KeyboardEvent): boolean {
  if (event.defaultPrevented) return false;
  const mod = modifiers(event);
  if (mod === null || (mod === '' && !settingsStore.getState().singleKeys)) return false;
  const listed: readonly Action[] = ACTIONS;
  const pressed = mod === '' ? event.key : event.key.toLowerCase();
  const action = listed.find((it) => it.key !== '' && it.key === pressed && (it.mod ?? '') === mod);
  if (!action) return false;
  const target = event.target instanceof Element ? event.target : null;
  // A field has an undo of its own.
  if (target?.closest(TYPING) && action.id !== 'palette') return false;
  if (document.querySelector('[role="dialog"][aria-modal="true"], .modal')) return false;
  if (event.key === 'Home' && target?.closest(HAS_HOME)) return false;
  // Space presses the button that has the focus.
  if (event.key === ' ' && target?.closest(PRESSABLE)) return false;
  event.preventDefault();
  action.run();
  return true;
}
