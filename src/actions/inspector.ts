/** Opening and closing the kill inspector, and what it asks of the machine. */
import { t } from '../i18n';
import { seconds } from '../i18n/seconds';
import { dismiss, inspectorStore, notify, runStore } from '../store';
import { type Command, isMoving, type KillReport, type Remedy, type RemedyKind, type WhatIf } from '../worker/protocol';
import { arriveAt, ask, command, pause, runUntil, seek, tell } from './lab';

/** The kill at a moment of virtual time, or else the last one before it, or else the next one that is known. */
export function killNear(kills: readonly KillReport[], time: number): KillReport | undefined {
  return kills.findLast((kill) => kill.record.t <= time) ?? kills[0];
}

/** Opens the inspector at the kill at or before this moment (ns); without one, at the head. */
export function openInspector(time = runStore.getState().frame?.t ?? 0): void {
  const kill = killNear(runStore.getState().kills, time);
  if (!kill) {
    notify(t('inspector.none'));
    return;
  }
  if (told) dismiss(told);
  const { open, opener } = inspectorStore.getState();
  inspectorStore.setState({
    open: true,
    before: kill.before,
    step: -1,
    opener: open ? opener : document.activeElement,
  });
}

/** Closes it and gives the focus back. */
export function closeInspector(): void {
  const { opener } = inspectorStore.getState();
  inspectorStore.setState({ open: false, opener: null });
  if (!(opener instanceof HTMLElement)) return;
  // What opened it may be gone with its moment: a message, the row of a victim.
  (opener.isConnected ? opener : document.querySelector<HTMLElement>('.run'))?.focus();
}

export function toggleInspector(): void {
  if (inspectorStore.getState().open) closeInspector();
  else openInspector();
}

/** Id of the message about the last kill, and the head that it was told at, ns. */
let told = 0;
let toldAt = 0;

/** What says itself who was killed and leads to the reasons: the list of processes, and the dock of a narrow screen. */
const SAYS_SO = '[data-region="processes"], .dock';

/**
 * Tells of each kill that the running machine comes to, with the way to its reasons. Where it stops there, and what
 * stands on the screen says the same, the message would only cover something. It goes when the head goes back.
 */
export function tellOfKills(): () => void {
  return runStore.subscribe(({ frame, kills }, { frame: before }) => {
    if (!frame || !before || frame === before) return;
    if (frame.t < toldAt) {
      dismiss(told);
      toldAt = 0;
    }
    if (before.status !== 'running') return;
    const kill = kills.findLast(({ decided }) => decided > before.t && decided <= frame.t);
    if (!kill || inspectorStore.getState().open) return;
    const [victim] = kill.victims;
    if (!victim) return;
    dismiss(told);
    if (!isMoving(frame.status) && document.querySelector(SAYS_SO)) return;
    toldAt = kill.decided;
    told = notify(
      t('inspector.killed', {
        name: victim.comm,
        pid: String(victim.pid),
        t: seconds(kill.record.t),
      }),
      false,
      { label: t('inspector.why'), run: () => openInspector(kill.record.t) },
      kill.record.t,
    );
  });
}

/** What would have come of a kill with another adj; throws `RefusalError`. */
export const whatIf = async (before: number, pid: number, adj: number): Promise<WhatIf> =>
  (await ask({ type: 'whatIf', before, pid, adj })) as WhatIf;

/** How much more of something would have made a difference; throws `RefusalError`, `superseded` when it is given up. */
export async function findRemedy(before: number, what: RemedyKind): Promise<Remedy> {
  try {
    return (await ask({ type: 'remedy', before, what })) as Remedy;
  } finally {
    inspectorStore.setState({ remedy: null });
  }
}

/** Gives up what is being computed. */
export const stopSearch = (): Promise<boolean> => tell({ type: 'stopSearch' });

/** Changes the past of the open machine just before a kill, and runs on to see who dies now. */
export async function replayAfter(before: number, change: Command): Promise<void> {
  if (!(await arriveAt(before))) return;
  if (!(await command(change))) return;
  await runUntil('kill');
}

/** How far the machine is run at most to see what becomes of a victim, ns. */
const FATE_NS = 60e9;

/** Runs on until it is known what became of a kill's victim and of the request, and goes to that moment. */
export async function runToFate(before: number): Promise<void> {
  const find = (): KillReport | undefined => runStore.getState().kills.find((kill) => kill.before === before);
  const start = find();
  if (!start) return;
  const fate = new Promise<KillReport | undefined>((resolve) => {
    const end = runStore.subscribe(({ kills, frame }, old) => {
      const kill = find();
      const stopped = frame !== old.frame && !(frame && isMoving(frame.status));
      if (kill && !kill.over && !(stopped && kills === old.kills)) return;
      end();
      resolve(kill);
    });
  });
  if (!(await runUntil({ t: start.record.t + FATE_NS }))) return;
  const kill = await fate;
  await pause();
  if (kill && kill.exitedAt >= 0) await seek(kill.exitedAt);
}
