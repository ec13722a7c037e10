import { readdirSync, readFileSync } from 'node:fs';

/**
 * The process that runs a page: of all the browser's renderers the one with the most memory.
 *
 * @param {import('playwright-core').Browser} browser
 * @returns {Promise<number>} its pid
 * @throws {Error} where there is no /proc
 */
export async function rendererOf(browser) {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const renderers = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
  renderers.sort((a, b) => memory(b).now - memory(a).now);
  return renderers[0];
}

/**
 * @param {number} pid
 * @returns {{ now: number, most: number }} resident memory in bytes, now and at its highest
 */
export function memory(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kB = (/** @type {string} */ name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0);
  return { now: kB('VmRSS') * 1024, most: kB('VmHWM') * 1024 };
}

/**
 * Processor time that the page's own threads, the main one and its workers', have had so far.
 *
 * @param {number} pid of the renderer
 * @returns {number} ms
 */
export function threadTime(pid) {
  let ns = 0;
  for (const tid of readdirSync(`/proc/${pid}/task`)) {
    const name = readFileSync(`/proc/${pid}/task/${tid}/comm`, 'utf8');
    if (Number(tid) !== pid && !name.startsWith('DedicatedWorker')) continue;
    ns += Number(readFileSync(`/proc/${pid}/task/${tid}/schedstat`, 'utf8').split(' ')[0]);
  }
  return ns / 1e6;
}
