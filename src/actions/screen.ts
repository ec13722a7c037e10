/** Which screen is shown. The address says it (`?postmortem`), so that the browser's Back returns to the lab. */
import { type Screen, setScreen } from '../store';

const NAMES: readonly Screen[] = ['postmortem', 'compare'];

export const screenOf = (search: string): Screen => {
  const query = new URLSearchParams(search);
  return NAMES.find((name) => query.has(name)) ?? 'lab';
};

/** The address of a screen. The fragment, which holds the lab's session, stays. */
function address(screen: Screen): string {
  const kept = location.search
    .slice(1)
    .split('&')
    .filter((part) => part !== '' && !NAMES.some((name) => name === part.split('=')[0]));
  if (screen !== 'lab') kept.push(screen);
  return `${location.pathname}${kept.length > 0 ? `?${kept.join('&')}` : ''}${location.hash}`;
}

/** Opens a screen over the lab, whose machine goes on as it was. */
function openScreen(screen: Screen): void {
  history.pushState({ from: 'lab' }, '', address(screen));
  setScreen(screen);
}
export const openPostMortem = (): void => openScreen('postmortem');
export const openCompare = (): void => openScreen('compare');

/** Back to the lab. */
function closeScreen(): void {
  if ((history.state as { from?: string } | null)?.from === 'lab') {
    history.back();
    return;
  }
  history.replaceState(null, '', address('lab'));
  setScreen('lab');
}

export const closePostMortem = closeScreen;
export const closeCompare = closeScreen;

/** Shows the screen of the address, now and whenever the browser goes back or forth. */
export function followAddress(): void {
  const read = (): void => setScreen(screenOf(location.search));
  read();
  addEventListener('popstate', read);
}

/** To the lab with another machine than the address named; the browser's Back returns here. */
export function showLab(): void {
  const url = new URL(address('lab'), location.href);
  url.searchParams.delete('scenario');
  url.hash = '';
  history.pushState(null, '', url);
  setScreen('lab');
}
