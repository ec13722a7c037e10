/** A kill in a sentence: who died for whom, and why it had to be. */
import { inspectorWords as w } from '../../i18n/en-inspector';
import type { OomRecord } from '../../linux/include/kernel';
import { oomVictim } from '../../linux/include/oom';
import type { KillReport } from '../../worker/protocol';
import { int, pages, percent } from '../format';
import { nameIn, ranked } from './walk';

/** Rounds of reclaim without progress after which the kernel gives up. */
export const MAX_ROUNDS = 16;

/** comm of a process that the report knows of; '' = it knows of none. */
const nameOf = ({ record, victims }: KillReport, pid: number): string =>
  record.walk.find((c) => c.pid === pid)?.comm ??
  victims.find((v) => v.pid === pid)?.comm ??
  record.tasks?.find((task) => task.pid === pid)?.comm ??
  '';

/** comm of who was killed: the chosen process or, by old rules, a child in its stead; '' = nobody was. */
export const victimName = (kill: KillReport): string => nameOf(kill, oomVictim(kill.record));

/** Whoever asked and the victim are two of one name, which are told apart by their numbers. */
export const isNamesake = (kill: KillReport): boolean =>
  kill.record.invoker !== oomVictim(kill.record) && kill.record.invokerComm === victimName(kill);

/** kswapd has called the OOM killer, as lru_gen/min_ttl_ms has it do: nobody asked for a page. */
export const isOfKswapd = ({ order, walk, invoker }: OomRecord): boolean =>
  order >= 0 && walk.some((c) => c.pid === invoker && c.skip === 'kthread');

export const wanted = (order: number): string => (order > 0 ? w.block(order) : w.onePage);

export function headline(kill: KillReport): string {
  const { record } = kill;
  if (record.chosen < 0) return record.walk.length === 0 ? w.titlePanic : w.titleNobody;
  const name = victimName(kill);
  if (record.order < 0) return w.titleSysrq(name);
  if (record.memcg !== '') {
    return record.group.length > 0
      ? w.titleTogether(name, record.group.length, record.memcg)
      : w.titleGroup(name, record.memcg);
  }
  if (isOfKswapd(record)) return w.titleTooYoung(name);
  const victim = oomVictim(record);
  if (victim === record.invoker) return w.titleSelf(name, wanted(record.order));
  return isNamesake(kill)
    ? w.titleOther(w.numbered(name, victim), w.numbered(name, record.invoker), wanted(record.order))
    : w.titleOther(name, record.invokerComm, wanted(record.order));
}

/** Why memory could not be had, and how the victim compares with the next one. */
export function reasons(kill: KillReport): { why: string; most: [string, string] | null; rest: string } {
  const { record } = kill;
  const [first, second] = ranked(record);
  let why = '';
  if (record.order < 0) why = `${w.asked}.`;
  else if (isOfKswapd(record)) why = `${w.tooYoung}.`;
  else if (record.limit) {
    const { usage, max } = record.limit;
    const free = record.mem ? w.atLimitFree(pages(record.mem.free)) : '';
    why = `${w.atLimit(record.memcg, pages(usage), pages(max))}${free}.`;
  } else {
    const rounds = record.noProgressLoops;
    why = `${rounds >= MAX_ROUNDS ? w.rounds(MAX_ROUNDS) : w.hopeless}${swapWords(kill)}.`;
  }
  if (record.chosen < 0) return { why, most: null, rest: '' };
  if (record.walk.length === 0 || !first) return { why: `${why} ${w.allocating}`, most: null, rest: '' };
  if (record.sacrificed !== undefined) {
    const rest = w.sacrificed(nameOf(kill, record.chosen), victimName(kill));
    return { why, most: w.mostChosen(int(record.chosenPoints)), rest };
  }
  return {
    why,
    most: w.most(int(record.chosenPoints)),
    rest: second ? w.next(nameIn(record, second.pid), int(second.points)) : w.noNext,
  };
}

function swapWords({ lines, record }: KillReport): string {
  const free = record.mem?.swapFree;
  const total =
    Number(/Total swap = (\d+)kB/.exec(lines.find((l) => l.text.startsWith('Total swap'))?.text ?? '')?.[1] ?? -1) / 4;
  if (free === undefined || total < 0) return '';
  if (total === 0) return w.noSwap;
  return free * 50 <= total ? w.swapFull : w.swapLeft(percent(free / total));
}
