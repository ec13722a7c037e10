/** Use without a network: the page's own files are kept by a service worker (public/sw.js). */

/** Registers the service worker of this build. Where there is none to be had, the page works as long as it is open. */
async function register(): Promise<void> {
  const list = await fetch('./precache.json', { cache: 'no-store' });
  if (!list.ok) return;
  const { version } = (await list.json()) as { version: string };
  await navigator.serviceWorker.register(`./sw.js?v=${encodeURIComponent(version)}`);
}

/** Keeps the page for later, once it has loaded: nothing that it needs now waits for that. */
export function keepForOffline(): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  const later = (): void => {
    // Refused in a private window or when the disk is full: nothing is lost but the use without a network.
    register().catch(() => {});
  };
  if (document.readyState === 'complete') later();
  else window.addEventListener('load', later, { once: true });
}
