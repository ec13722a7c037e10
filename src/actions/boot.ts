/** What the address says about how the page looks, and the start. */
import { t } from '../i18n';
import { refusalText } from '../i18n/errors';
import { seconds } from '../i18n/seconds';
import {
  followReducedMotion,
  notify,
  recallSettings,
  runStore,
  setEmbed,
  setPresent,
  setTheme,
  settingsStore,
  setView,
  THEME_CHOICES,
  type View,
} from '../store';
import { recallLeft, startAutosave } from './autosave';
import { acceptDrops } from './drop';
import { tellOfKills } from './inspector';
import { connectMachine, listenToMachine, type MachinePort } from './lab';
import { openFromAddress, resume } from './scenarios';
import { followAddress, screenOf } from './screen';

const VIEWS: readonly View[] = ['pyramid', 'map', 'lru', 'groups'];

/** Applies `?theme=`, `?view=`, `?present=1` and `?embed=1`; what they do not allow is told and left alone. */
export function readSettings(search: string): void {
  const query = new URLSearchParams(search);
  const theme = query.get('theme');
  const choice = THEME_CHOICES.find((it) => it === theme);
  if (choice) setTheme(choice, false);
  else if (theme !== null) notify(t('notice.badTheme', { value: theme }), true);
  const view = query.get('view');
  const known = VIEWS.find((v) => v === view);
  if (known) setView(known);
  else if (view !== null) notify(t('notice.badView', { value: view }), true);
  setPresent(isOn(query.get('present')));
  setEmbed(isOn(query.get('embed')));
}

const isOn = (value: string | null): boolean => value !== null && value !== '0' && value !== 'false';

/** Connects the machine, applies the address and opens what it asks for. */
export async function boot(machine: MachinePort): Promise<void> {
  settingsStore.subscribe(({ theme, present }) => {
    document.documentElement.dataset.theme = theme;
    document.documentElement.toggleAttribute('data-present', present);
  });
  recallSettings();
  recallLeft();
  followReducedMotion();
  readSettings(location.search);
  followAddress();
  listenToMachine({
    refused: (refusal) => notify(refusalText(refusal), true),
    restarted: (why) => notify(t('notice.restarted', { why }), true),
    forked: (at) => notify(t('notice.forked', { t: seconds(at) })),
  });
  runStore.subscribe(({ frame }, before) => {
    if (frame?.status !== 'finished' || before.frame?.status === 'finished') return;
    notify(t('notice.searchEnded', { t: (frame.t / 1e9).toFixed(1) }), true);
  });
  tellOfKills();
  connectMachine(machine);
  if (!(await resume(location))) await openFromAddress(location);
  startAutosave();
  acceptDrops();
  addEventListener('hashchange', () => {
    // The post-mortem keeps a report in the same place.
    if (screenOf(location.search) !== 'postmortem') void openFromAddress(location);
  });
}
