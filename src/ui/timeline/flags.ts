/** Pennants: which moments get one, and where its words go so that none covers another. */
import { t } from '../../i18n';
import type { TimelineEvent } from '../../worker/protocol';
import { type Domain, toX } from './domain';

/** An OOM and its kill are one moment when they lie this close, ns. */
const SAME_MOMENT = 20e6;
/** Flags of one kind closer than this, px, become one. */
const MERGE = 9;
/** The boxes of kills are wider. */
const MERGE_KILLS = 20;

export interface Flag {
  key: string;
  t: number;
  x: number;
  kind: 'kill' | 'landmark' | 'command' | 'tick';
  /** All that happened there. */
  title: string;
  /** Words beside the pennant, '' = no room for them. */
  label: string;
  /** Fewer words for several things at one moment, '' = there are none. */
  short: string;
  side: 'left' | 'right';
  /** Width of the words, px. */
  width: number;
  /** Processes that took part. */
  pids: number[];
}

export function eventName(event: TimelineEvent): string {
  switch (event.kind) {
    case 'kill':
      return t('time.killed', { name: event.label });
    case 'command':
      return t('time.command', { name: event.label });
    case 'exit':
      return t('time.exit', { name: event.label });
    case 'reap':
      return t('time.reap', { name: event.label });
    default:
      return t(`time.${event.kind}`);
  }
}

/** Events worth a flag: an OOM that ends in a kill is told by the kill. */
export function notable(events: readonly TimelineEvent[]): TimelineEvent[] {
  const kills = events.filter((e) => e.kind === 'kill');
  return events.filter((e) => e.kind !== 'oom' || !kills.some((k) => Math.abs(k.t - e.t) < SAME_MOMENT));
}

const kindOf = (event: TimelineEvent): Flag['kind'] =>
  event.kind === 'kill' || event.kind === 'panic'
    ? 'kill'
    : event.kind === 'command'
      ? 'command'
      : event.kind === 'exit' || event.kind === 'reap'
        ? 'tick'
        : 'landmark';

const RANK: Record<Flag['kind'], number> = { kill: 0, landmark: 1, command: 2, tick: 3 };
/** Of the pennant, and between words. */
const PENNANT = 12;
/** Half the width of a command's pennant, px. */
const HALF = 4;

export function placeFlags(
  events: readonly TimelineEvent[],
  domain: Domain,
  width: number,
  measure: (text: string, bold: boolean) => number,
): Flag[] {
  const flags: Flag[] = [];
  const groups: { kind: Flag['kind']; events: TimelineEvent[]; x: number }[] = [];
  for (const event of [...notable(events)].sort((a, b) => a.t - b.t)) {
    const x = toX(domain, event.t, width);
    if (x < -1 || x > width + 1) continue;
    const kind = kindOf(event);
    const near = groups.find((g) => g.kind === kind && Math.abs(g.x - x) < (kind === 'kill' ? MERGE_KILLS : MERGE));
    if (near) near.events.push(event);
    else groups.push({ kind, events: [event], x });
  }
  for (const { kind, events: all, x } of groups) {
    const first = all[0];
    const names = [...new Set(all.map(eventName))];
    const label =
      kind === 'tick'
        ? ''
        : kind !== 'kill'
          ? names.join(', ')
          : first.kind === 'panic'
            ? t('time.kill', { name: t('time.panic') })
            : all.length > 1
              ? t('time.kills', { n: all.length })
              : t('time.kill', { name: first.label });
    flags.push({
      key: `${kind}-${first.t}-${first.pid}`,
      t: first.t,
      x,
      kind,
      title: all.map(eventName).join(', '),
      label,
      short: kind === 'landmark' && names.length > 1 ? t('time.andMore', { name: names[0], n: names.length - 1 }) : '',
      side: 'right',
      width: label ? measure(label, kind === 'kill') : 0,
      pids: [...new Set(all.map((e) => e.pid))],
    });
  }
  // What matters most is placed first. Every pennant needs its own few px, with or without words.
  const taken: [number, number][] = [];
  const free = (from: number, to: number) =>
    from >= -60 && to <= width + 10 && taken.every(([a, b]) => to <= a || from >= b);
  const order = [...flags].sort((a, b) => RANK[a.kind] - RANK[b.kind] || a.t - b.t);
  for (const flag of order) {
    if (flag.label === '') continue;
    const poles = flags.filter((f) => f !== flag && RANK[f.kind] <= 1);
    const small = flags.filter((f) => f !== flag && f.kind === 'command');
    const clear = (from: number, to: number) => free(from, to) && !poles.some((f) => f.x > from && f.x < to);
    const wholly = (from: number, to: number) =>
      clear(from, to) && !small.some((f) => f.x + HALF > from && f.x - HALF < to);
    const fits = (): boolean => {
      const right: [number, number] = [flag.x, flag.x + PENNANT + flag.width + 6];
      const left: [number, number] = [flag.x - flag.width - PENNANT, flag.x];
      // Rather over the pennant of a command than not at all.
      if (wholly(...right) || (!wholly(...left) && clear(...right))) taken.push(right);
      else if (clear(...left)) {
        flag.side = 'left';
        taken.push(left);
      } else return false;
      return true;
    };
    if (fits()) continue;
    // Several at one moment, and no room for all their names: the first, and how many more.
    flag.label = flag.short;
    flag.width = flag.short === '' ? 0 : measure(flag.short, false);
    if (flag.short === '' || !fits()) flag.label = '';
  }
  return flags;
}

/** Beside words that stand among the flags, px. */
const BESIDE = 6;
/** What a flag without words takes to the right of its pole, px: of a pennant, of the box of a kill. */
const BARE = { kill: 20, landmark: 10, command: HALF, tick: 0 };

export interface Room {
  /** Left edge, px. */
  x: number;
  width: number;
}

/**
 * Where in the row of flags something `need` px wide has room, as near as possible to `about`, but where it stood before
 * (`now`) as long as it can. Where it has none, the widest room there is.
 */
export function roomBeside(
  flags: readonly Flag[],
  about: number,
  need: number,
  width: number,
  now: Room | null = null,
): Room {
  const taken = flags
    .filter(({ kind }) => kind !== 'tick')
    .map(({ x, side, label, kind, width: words }): [number, number] => {
      if (label === '') return [kind === 'command' ? x - HALF : x, x + BARE[kind]];
      return side === 'right' ? [x, x + PENNANT + words] : [x - PENNANT - words, x];
    })
    .sort((a, b) => a[0] - b[0]);
  const rooms: Room[] = [];
  let from = 0;
  for (const [a, b] of [...taken, [width + BESIDE, width + BESIDE]]) {
    if (a - BESIDE > from) rooms.push({ x: from, width: a - BESIDE - from });
    from = Math.max(from, b + BESIDE);
  }
  if (now && now.width >= need && rooms.some((r) => r.x <= now.x && now.x + now.width <= r.x + r.width)) return now;
  const fitting = rooms
    .filter((r) => r.width >= need)
    .map((r) => ({ x: Math.min(Math.max(r.x, about), r.x + r.width - need), width: need }));
  const off = ({ x }: Room) => Math.abs(x - about);
  if (fitting.length > 0) return fitting.sort((a, b) => off(a) - off(b))[0];
  return rooms.sort((a, b) => b.width - a.width)[0] ?? { x: 0, width };
}

/** The event nearest to a moment, by time. */
export function nearestEvent(events: readonly TimelineEvent[], time: number): TimelineEvent | null {
  let best: TimelineEvent | null = null;
  for (const event of notable(events)) {
    if (event.kind === 'exit' || event.kind === 'reap') continue;
    if (!best || Math.abs(event.t - time) < Math.abs(best.t - time)) best = event;
  }
  return best;
}
