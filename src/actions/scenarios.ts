/** Opening machines: built-in ones, files and links; and giving the open one away. */
import { t } from '../i18n';
import { refusalText } from '../i18n/errors';
import { scenarioWords } from '../i18n/scenarios';
import { RefusalError } from '../machine/commands';
import type { KernelName } from '../machine/config';
import { BUILTIN_IDS, DEFAULT_ID } from '../scenario/builtin/ids';
import type { Scenario, Session } from '../scenario/schema';
import { clearLog, notify, runStore } from '../store';
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

/** Opens a session at a moment (ns); the machine that is open stays when it is refused. Throws `RefusalError`. */
async function open(session: Session, scenario: string, at = 0): Promise<void> {
  const restore = clearLog();
  try {
    await ask(at > 0 ? { type: 'open', session, at } : { type: 'open', session });
  } catch (error) {
    restore();
    throw error;
  }
  runStore.setState({ scenario });
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
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch (error) {
      throw new RefusalError('bad-json', { message: error instanceof Error ? error.message : String(error) });
    }
    await open((await codec()).parseScenarioOrSession(json), '');
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

const session = async (): Promise<Session> => (await ask({ type: 'session' })) as Session;

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
  url.hash = `s=${(await codec()).encodeSession(await session())}${at > 0 ? `&t=${at}` : ''}`;
  history.replaceState(null, '', url);
  try {
    await navigator.clipboard.writeText(url.href);
    notify(t('share.copied'));
  } catch {
    notify(t('share.shown'));
  }
}

/** Hands the session over as a file. */
export async function saveSession(): Promise<void> {
  const text = JSON.stringify(await session(), null, 2);
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `${
    runStore
      .getState()
      .frame?.machine.title.toLowerCase()
      .replace(/[^a-z0-9]+/g, '-') || 'oomlab'
  }.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
