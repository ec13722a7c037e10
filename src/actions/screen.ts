/** Which screen is shown. The address says it (`?postmortem`), so that the browser's Back returns to the lab. */
import { type Screen, setScreen } from '../store';

const NAME = 'postmortem';

export const screenOf = (search: string): Screen => (new URLSearchParams(search).has(NAME) ? 'postmortem' : 'lab');

/** The address without `?postmortem`, or with it. The fragment, which holds the lab's session, stays. */
function address(screen: Screen): string {
  const kept = location.search
    .slice(1)
    .split('&')
    .filter((part) => part !== '' && part.split('=')[0] !== NAME);
  if (screen === 'postmortem') kept.push(NAME);
  return `${location.pathname}${kept.length > 0 ? `?${kept.join('&')}` : ''}${location.hash}`;
}

/** Opens the post-mortem over the lab, whose machine goes on as it was. */
export function openPostMortem(): void {
  history.pushState({ from: 'lab' }, '', address('postmortem'));
  setScreen('postmortem');
}

/** Back to the lab. */
export function closePostMortem(): void {
  if ((history.state as { from?: string } | null)?.from === 'lab') {
    history.back();
    return;
  }
  history.replaceState(null, '', address('lab'));
  setScreen('lab');
}

/** To the lab with another machine than the address named; the browser's Back returns here. */
export function showLab(): void {
  const url = new URL(address('lab'), location.href);
  url.searchParams.delete('scenario');
  url.hash = '';
  history.pushState(null, '', url);
  setScreen('lab');
}

/** Shows the screen of the address, now and whenever the browser goes back or forth. */
export function followAddress(): void {
  const read = (): void => setScreen(screenOf(location.search));
  read();
  addEventListener('popstate', read);
}
