/** What the address says about how the page looks, and the start. */
import { t } from '../i18n';
import { refusalText } from '../i18n/errors';
import {
  followReducedMotion,
  notify,
  preferredTheme,
  runStore,
  setTheme,
  settingsStore,
  setView,
  type View,
} from '../store';
import { tellOfKills } from './inspector';
import { connectMachine, listenToMachine, type MachinePort } from './lab';
import { openFromAddress } from './scenarios';
import { followAddress } from './screen';

const VIEWS: readonly View[] = ['pyramid', 'map', 'lru'];

/** Applies `?theme=` and `?view=`; what they do not allow is told and left alone. */
export function readSettings(search: string): void {
  const query = new URLSearchParams(search);
  const theme = query.get('theme');
  if (theme === 'light' || theme === 'dark') setTheme(theme, false);
  else if (theme !== null) notify(t('notice.badTheme', { value: theme }), true);
  const view = query.get('view');
  const known = VIEWS.find((v) => v === view);
  if (known) setView(known);
  else if (view !== null) notify(t('notice.badView', { value: view }), true);
}

/** Connects the machine, applies the address and opens what it asks for. */
export async function boot(machine: MachinePort): Promise<void> {
  settingsStore.subscribe(({ theme }) => {
    document.documentElement.dataset.theme = theme;
  });
  setTheme(preferredTheme(), false);
  followReducedMotion();
  readSettings(location.search);
  followAddress();
  listenToMachine({
    refused: (refusal) => notify(refusalText(refusal), true),
    restarted: (why) => notify(t('notice.restarted', { why }), true),
    forked: (at) => notify(t('notice.forked', { t: (at / 1e9).toFixed(3) })),
  });
  runStore.subscribe(({ frame }, before) => {
    if (frame?.status !== 'finished' || before.frame?.status === 'finished') return;
    notify(t('notice.searchEnded', { t: (frame.t / 1e9).toFixed(1) }), true);
  });
  tellOfKills();
  connectMachine(machine);
  await openFromAddress(location);
  addEventListener('hashchange', () => void openFromAddress(location));
}
