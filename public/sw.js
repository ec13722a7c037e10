/**
 * The service worker: keeps the page's files, so that the lab opens without a network once it has been open with one.
 *
 * Files under assets/ have their content's hash in their name and never change: the kept copy is as good as any. All
 * others come from the network while there is one. Nothing but the page's own files is kept, and nothing is sent.
 */
const PREFIX = 'oomlab-';
/** One cache for each build of the page; the page asks for its own. */
const CACHE = PREFIX + new URL(self.location.href).searchParams.get('v');

async function keep() {
  const cache = await caches.open(CACHE);
  const list = await fetch('precache.json', { cache: 'no-store' });
  const { files } = await list.clone().json();
  await cache.addAll(files);
  // A page that takes itself to be on line asks for it at its start, and finds this build to be the newest.
  await cache.put('precache.json', list);
}

async function dropOthers() {
  for (const name of await caches.keys()) if (name.startsWith(PREFIX) && name !== CACHE) await caches.delete(name);
  // The page that is open now may want one of its later parts when the network is gone.
  await self.clients.claim();
}

async function fromCache(request) {
  const cache = await caches.open(CACHE);
  if (request.mode === 'navigate') return cache.match('./');
  return cache.match(request, { ignoreSearch: true });
}

async function answer(request) {
  if (new URL(request.url).pathname.includes('/assets/')) return (await fromCache(request)) ?? fetch(request);
  try {
    return await fetch(request);
  } catch (noNetwork) {
    const kept = await fromCache(request);
    if (kept) return kept;
    throw noNetwork;
  }
}

self.addEventListener('install', (event) => event.waitUntil(keep()));
self.addEventListener('activate', (event) => event.waitUntil(dropOthers()));
self.addEventListener('fetch', (event) => {
  const { request } = event;
  const own = request.url.startsWith(self.registration.scope);
  if (own && request.method === 'GET') event.respondWith(answer(request));
});
