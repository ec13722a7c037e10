/** How the page shows things: nothing in here changes the machine. */
import { createStore } from 'zustand/vanilla';

export type Theme = 'light' | 'dark';
export type View = 'pyramid' | 'map' | 'lru';
/** The one region a narrow screen shows. */
export type PhoneTab = 'memory' | 'processes' | 'path' | 'timeline' | 'log';
/** What a screen of medium width shows beside the memory. */
export type SideTab = 'processes' | 'path' | 'log';
/** What fills the page. */
export type Screen = 'lab' | 'postmortem' | 'compare';
export type LogTab = 'kernel' | 'trace' | 'proc';

export interface SettingsState {
  theme: Theme;
  screen: Screen;
  view: View;
  reducedMotion: boolean;
  phoneTab: PhoneTab;
  sideTab: SideTab;
  logTab: LogTab;
  /** The log stands over the other regions. */
  logLarge: boolean;
  helpOpen: boolean;
}

const STORAGE_KEY = 'oomlab.theme';

export const settingsStore = createStore<SettingsState>(() => ({
  theme: 'light',
  screen: 'lab',
  view: 'pyramid',
  reducedMotion: false,
  phoneTab: 'memory',
  sideTab: 'processes',
  logTab: 'kernel',
  logLarge: false,
  helpOpen: false,
}));

export const setScreen = (screen: Screen): void => settingsStore.setState({ screen });
export const setView = (view: View): void => settingsStore.setState({ view });
export const setPhoneTab = (phoneTab: PhoneTab): void => settingsStore.setState({ phoneTab });
export const setSideTab = (sideTab: SideTab): void => settingsStore.setState({ sideTab });
export const setLogLarge = (logLarge: boolean): void => settingsStore.setState({ logLarge });
export const setHelpOpen = (helpOpen: boolean): void => settingsStore.setState({ helpOpen });
export const setLogTab = (logTab: LogTab): void => settingsStore.setState({ logTab });

/** Sets the theme and remembers it, where the browser allows that. */
export function setTheme(theme: Theme, remember = true): void {
  settingsStore.setState({ theme });
  if (!remember) return;
  try {
    localStorage.setItem(STORAGE_KEY, theme);
  } catch {
    // Storage is off: the theme then lasts as long as the page.
  }
}

/** The remembered theme, or else the system's. */
export function preferredTheme(): Theme {
  try {
    const saved = localStorage.getItem(STORAGE_KEY);
    if (saved === 'light' || saved === 'dark') return saved;
  } catch {
    // As above.
  }
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

/** Follows the system's wish for less motion from now on. */
export function followReducedMotion(): void {
  const query = matchMedia('(prefers-reduced-motion: reduce)');
  const read = () => settingsStore.setState({ reducedMotion: query.matches });
  read();
  query.addEventListener('change', read);
}
