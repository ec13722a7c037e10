/** How the page shows things: nothing in here changes the machine. */
import { createStore } from 'zustand/vanilla';

/** What is shown; the projector's has the contrast that a bright room needs. */
export type Theme = 'light' | 'dark' | 'projector';
/** What was chosen. */
export type ThemeChoice = Theme | 'system';
export const THEME_CHOICES: readonly ThemeChoice[] = ['system', 'light', 'dark', 'projector'];
export type View = 'pyramid' | 'map' | 'lru' | 'groups';
/** The one region a narrow screen shows. */
export type PhoneTab = 'memory' | 'processes' | 'path' | 'timeline' | 'log';
/** What a screen of medium width shows beside the memory. */
export type SideTab = 'processes' | 'path' | 'log';
/** What fills the page. */
export type Screen = 'lab' | 'postmortem' | 'compare';
export type LogTab = 'kernel' | 'trace' | 'proc';

export interface SettingsState {
  theme: Theme;
  themeChoice: ThemeChoice;
  screen: Screen;
  view: View;
  reducedMotion: boolean;
  phoneTab: PhoneTab;
  sideTab: SideTab;
  logTab: LogTab;
  /** The log stands over the other regions. */
  logLarge: boolean;
  helpOpen: boolean;
  paletteOpen: boolean;
  /** The sheet of kernel settings. */
  settingsOpen: boolean;
  /** For an audience: larger, and without the log. */
  present: boolean;
  /** Inside another page: the lab without its bar. */
  embed: boolean;
  /** Keys without Control do something. */
  singleKeys: boolean;
}

const THEME_KEY = 'oomlab.theme';
const KEYS_KEY = 'oomlab.singleKeys';

export const settingsStore = createStore<SettingsState>(() => ({
  theme: 'light',
  themeChoice: 'system',
  screen: 'lab',
  view: 'pyramid',
  reducedMotion: false,
  phoneTab: 'memory',
  sideTab: 'processes',
  logTab: 'kernel',
  logLarge: false,
  helpOpen: false,
  paletteOpen: false,
  settingsOpen: false,
  present: false,
  embed: false,
  singleKeys: true,
}));

export const setScreen = (screen: Screen): void => settingsStore.setState({ screen });
export const setView = (view: View): void => settingsStore.setState({ view });
export const setPhoneTab = (phoneTab: PhoneTab): void => settingsStore.setState({ phoneTab });
export const setSideTab = (sideTab: SideTab): void => settingsStore.setState({ sideTab });
export const setLogLarge = (logLarge: boolean): void => settingsStore.setState({ logLarge });
export const setHelpOpen = (helpOpen: boolean): void => settingsStore.setState({ helpOpen });
export const setPaletteOpen = (paletteOpen: boolean): void => settingsStore.setState({ paletteOpen });
export const setSettingsOpen = (settingsOpen: boolean): void => settingsStore.setState({ settingsOpen });
export const setPresent = (present: boolean): void => settingsStore.setState({ present });
export const setEmbed = (embed: boolean): void => settingsStore.setState({ embed });
export const setLogTab = (logTab: LogTab): void => settingsStore.setState({ logTab });

/** Storage may be off: what is set then lasts as long as the page. */
function keep(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // As said.
  }
}
function kept(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

const systemTheme = (): Theme => (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');

/** Sets the theme and remembers it. */
export function setTheme(themeChoice: ThemeChoice, remember = true): void {
  settingsStore.setState({ themeChoice, theme: themeChoice === 'system' ? systemTheme() : themeChoice });
  if (remember) keep(THEME_KEY, themeChoice);
}

/** To the next theme: light, dark, projector. */
export function cycleTheme(): void {
  const { theme } = settingsStore.getState();
  setTheme(theme === 'light' ? 'dark' : theme === 'dark' ? 'projector' : 'light');
}

/** Switches the keys without Control on or off and remembers it. */
export function setSingleKeys(singleKeys: boolean): void {
  settingsStore.setState({ singleKeys });
  keep(KEYS_KEY, singleKeys ? 'on' : 'off');
}

/** Takes over what was remembered, and follows the system's theme where that was chosen. */
export function recallSettings(): void {
  const theme = THEME_CHOICES.find((it) => it === kept(THEME_KEY)) ?? 'system';
  setTheme(theme, false);
  settingsStore.setState({ singleKeys: kept(KEYS_KEY) !== 'off' });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    if (settingsStore.getState().themeChoice === 'system') setTheme('system', false);
  });
}

/** Follows the system's wish for less motion from now on. */
export function followReducedMotion(): void {
  const query = matchMedia('(prefers-reduced-motion: reduce)');
  const read = () => settingsStore.setState({ reducedMotion: query.matches });
  read();
  query.addEventListener('change', read);
}
