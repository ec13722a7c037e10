/** Opening machines: built-in ones, files and links; and giving the open one away. */
import { t } from '../i18n';
import { refusalText } from '../i18n/errors';
import { scenarioWords } from '../i18n/scenarios';
import { seconds } from '../i18n/seconds';
import { RefusalError } from '../machine/commands';
import type { KernelName } from '../machine/config';
import { BUILTIN_IDS, DEFAULT_ID } from '../scenario/builtin/ids';
import type { Scenario, Session } from '../scenario/schema';
import { beginHistory, clearLog, type Left, leftStore, notify, runStore, settingsStore } from '../store';
import { addressOf, forgetSaved, keepLeft, leaving, savedSession } from './autosave';
import { download, seriesCsv } from './download';
import { ask } from './lab';

/** A link that asks for a later moment than this (an hour, ns) opens at the start. */
const FARTHEST = 3600e9;

export interface ScenarioEntry {
  id: string;
  title: string;
  /** The one point it makes. */
  point: string;
}

const words: Record<string, { title: string; about: string }> = scenarioWords;
const isBuiltin = (id: string): boolean => (BUILTIN_IDS as readonly string[]).includes(id);

/** Reads and writes sessions; fetched when it is first needed. */
const codec = () => import('./codec');

/** The built-in machines, in the order of the menu. */
export const listScenarios = (): ScenarioEntry[] =>
  BUILTIN_IDS.map((id) => ({ id, title: words[id].title, point: words[id].about }));

/** What happens on the machine of a session, in the words of its scenario, '' = it has none. */
export function aboutOf({ scenario }: Session): string {
  const id = typeof scenario === 'string' ? scenario : (scenario.id ?? '');
  return isBuiltin(id) ? words[id].about : typeof scenario === 'string' ? '' : (scenario.about ?? '');
}

/**
 * Opens a session at a moment (ns); the machine that is open stays when it is refused, and can be gone back to when it is
 * not. Throws `RefusalError`.
 */
async function open(session: Session, scenario: string, at = 0, futures?: Left['futures']): Promise<void> {
  const left = leaving();
  const restore = clearLog();
  try {
    await ask({ type: 'open', session, ...(at > 0 && { at }), ...(futures && { futures }) });
  } catch (error) {
    restore();
    throw error;
  }
  runStore.setState({ scenario });
  beginHistory(session);
  if (left) keepLeft(left);
}

/** Runs `opening` and tells a refusal, with `name` before it for files. */
async function attempt(opening: () => Promise<void>, name = ''): Promise<boolean> {
  try {
    await opening();
    return true;
  } catch (error) {
    if (!(error instanceof RefusalError)) throw error;
    const why = refusalText(error.refusal);
    notify(name ? t('notice.badFile', { name, why }) : why, true);
    return false;
  }
}

/** Opens a built-in machine, and names it in the address so that a reload opens it again. */
export async function openScenario(id: string): Promise<boolean> {
  const done = await openBuiltin(id);
  if (done) setAddress((query) => query.set('scenario', id));
  return done;
}

/** Changes the address without a reload; the session that was in it is another machine's. */
function setAddress(change: (query: URLSearchParams) => void): void {
  const url = new URL(location.href);
  change(url.searchParams);
  url.hash = '';
  history.replaceState(null, '', url);
}

function openBuiltin(id: string): Promise<boolean> {
  return attempt(async () => {
    await open({ format: 'oomlab/session@1', scenario: id, seed: 1, commands: [] }, id);
  });
}

/** Opens a scenario that was made here. */
export const openScenarioObject = (scenario: Scenario): Promise<boolean> =>
  attempt(async () => open((await codec()).sessionOf(scenario), ''));

/** Opens the text of a scenario or session file. */
export function openFile(name: string, text: string): Promise<boolean> {
  return attempt(async () => {
    const { parseJson, parseScenarioOrSession } = await codec();
    await open(parseScenarioOrSession(parseJson(text)), '');
    setAddress((query) => query.delete('scenario'));
  }, name);
}

/** Opens what the address asks for; whatever is wrong with it is told, and the default machine opens instead. */
export async function openFromAddress(address: { search: string; hash: string }): Promise<void> {
  const fragment = new URLSearchParams(address.hash.replace(/^#/, ''));
  const code = fragment.get('s');
  if (code !== null) {
    try {
      const session = (await codec()).decodeSession(code);
      const at = Number(fragment.get('t') ?? 0);
      await open(
        session,
        typeof session.scenario === 'string' ? session.scenario : '',
        Number.isSafeInteger(at) && at > 0 && at <= FARTHEST ? at : 0,
      );
      return;
    } catch (error) {
      if (!(error instanceof RefusalError)) throw error;
      const why = error.refusal.code === 'bad-link' ? '' : ` ${refusalText(error.refusal)}`;
      notify(t('notice.badLink') + why, true);
    }
  }
  const id = new URLSearchParams(address.search).get('scenario');
  if (id !== null && code === null) {
    if (isBuiltin(id)) {
      if (await openBuiltin(id)) return;
    } else notify(t('notice.badScenario', { id }), true);
  }
  await openBuiltin(DEFAULT_ID);
}

/** Back to the machine that was open before this one, as it was left; this one can be gone back to then. */
export async function openLeft(): Promise<boolean> {
  const { left } = leftStore.getState();
  if (!left) {
    notify(t('machine.back.none'));
    return false;
  }
  const done = await attempt(() => open(left.session, left.scenario, left.t, left.futures));
  if (done) setAddress((query) => (left.scenario ? query.set('scenario', left.scenario) : query.delete('scenario')));
  return done;
}

/**
 * Opens the same machine with more swap (pages), with everything that was done to it up to a moment (ns), at that moment.
 * The notice that says so has the way back.
 */
export async function openWithMoreSwap(extra: number, at: number): Promise<boolean> {
  const done = await attempt(async () => {
    const { scenarioOf, sessionOf, withMoreSwap } = await codec();
    const was = await session();
    const commands = was.commands.filter((c) => c.t <= at);
    await open({ ...sessionOf(withMoreSwap(scenarioOf(was), extra), was.seed), commands }, '', at);
  });
  if (!done) return false;
  setAddress((query) => query.delete('scenario'));
  notify(t('machine.moreSwap', { mib: (extra * 4) / 1024, t: seconds(at) }), false, {
    label: t('machine.back.short'),
    run: () => void openLeft(),
  });
  return true;
}

const session = async (): Promise<Session> => (await ask({ type: 'session' })) as Session;

/** Whether the page was loaded again, rather than opened by a link. */
const isReload = (): boolean => {
  const [entry] = performance.getEntriesByType?.('navigation') ?? [];
  const type = (entry as PerformanceNavigationTiming | undefined)?.type;
  return type === 'reload' || type === 'back_forward';
};

/**
 * Goes on where the page was left: after a reload, and when the address asks for nothing. A link that is followed shows
 * what is in it. False = there is nothing to go on with.
 */
export async function resume(at: { search: string; hash: string }): Promise<boolean> {
  const address = addressOf(at);
  if (address !== '' && !isReload()) return false;
  const saved = savedSession(address);
  if (!saved) return false;
  try {
    await open(saved.session, saved.scenario, Math.min(saved.t, FARTHEST));
  } catch (error) {
    if (!(error instanceof RefusalError)) throw error;
    // From another version of the lab, damaged, or too large for now.
    forgetSaved();
    const save = (): void => saveJson('oomlab.json', saved.session);
    notify(t('notice.notResumed', { why: refusalText(error.refusal) }), true, { label: t('machine.save'), run: save });
    return false;
  }
  // The address of a file or a link that was opened without one says nothing; that of a built-in machine does.
  if (saved.scenario && address === '') setAddress((query) => query.set('scenario', saved.scenario));
  if (settingsStore.getState().screen === 'lab') notify(t('notice.resumed', { t: seconds(saved.t) }));
  return true;
}

/** Starts the open machine anew with another release, and with nothing done to it. */
export async function changeKernel(kernel: KernelName): Promise<void> {
  await attempt(async () => {
    const { scenarioOf, sessionOf, withKernel } = await codec();
    const was = await session();
    await open(sessionOf(withKernel(scenarioOf(was), { kernel }), was.seed), runStore.getState().scenario);
  });
}

/** Puts the session and the moment into the address and, where the browser lets it, into the clipboard. */
export async function shareLink(): Promise<void> {
  const url = new URL(location.href);
  url.searchParams.delete('scenario');
  const at = runStore.getState().frame?.t ?? 0;
  const done = await attempt(async () => {
    url.hash = `s=${(await codec()).encodeSession(await session())}${at > 0 ? `&t=${at}` : ''}`;
    history.replaceState(null, '', url);
  });
  if (!done) return;
  try {
    await navigator.clipboard.writeText(url.href);
    notify(t('share.copied'));
  } catch {
    notify(t('share.shown'));
  }
}

/** A name for files about the open machine. */
const fileName = (rest: string): string =>
  `${
    runStore
      .getState()
      .frame?.machine.title.toLowerCase()
      .replace(/[^a-z0-9]+/g, '-') || 'oomlab'
  }${rest}`;

const saveJson = (name: string, content: unknown): void =>
  download(name, JSON.stringify(content, null, 2), 'application/json');

/** Hands the session over as a file: the scenario, the seed and all commands. */
export async function saveSession(): Promise<void> {
  await attempt(async () => saveJson(fileName('.json'), await session()));
}

/** Hands the scenario alone over as a file: the machine before anybody did anything. */
export async function saveScenario(): Promise<void> {
  await attempt(async () => saveJson(fileName('-scenario.json'), (await session()).scenario));
}

/** The timeline's series as a table of numbers, one row for each sample. */
export function saveSeries(): void {
  const { samples } = runStore.getState();
  if (samples.length === 0) {
    notify(t('export.nothing'), true);
    return;
  }
  download(fileName('.csv'), seriesCsv(samples), 'text/csv');
}

/** What the memory view and the timeline show, as picture files. */
export async function savePictures(format: 'svg' | 'png'): Promise<void> {
  try {
    const { pictures } = await import('./pictures');
    for (const { name, content } of await pictures(format)) download(fileName(`-${name}`), content);
  } catch (error) {
    notify(t('export.failed', { why: error instanceof Error ? error.message : String(error) }), true);
  }
}
