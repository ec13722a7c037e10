/** A future in a line: where it begins, what was changed, who dies in it. */
import { t, tMaybe } from '../../i18n';
import type { BranchInfo, Command } from '../../worker/protocol';
import { int, seconds } from '../format';

type NameOf = (pid: number) => string;

function changeWords(command: Command, nameOf: NameOf): string {
  switch (command.op) {
    case 'oom_score_adj':
      return t('future.adj', { who: nameOf(command.pid), value: int(command.value) });
    case 'kill':
      return t('future.killSignal', { signal: command.signal, who: nameOf(command.pid) });
    case 'launch':
      return t('future.launch', { program: tMaybe(`program.${command.program}`) ?? command.program });
    case 'sysctl':
      return t('future.sysctl', { name: command.name, value: command.value });
    case 'sysrq':
      return t('future.sysrq', { key: command.key });
    default:
      return (command as { op: string }).op;
  }
}

/** What was changed: of several changes of one thing the last counts. */
export function changesWords(branch: BranchInfo, nameOf: NameOf): string {
  const last = new Map<string, string>();
  for (const { command } of branch.commands.slice(branch.shared)) {
    const key = command.op === 'oom_score_adj' ? `adj ${command.pid}` : JSON.stringify(command);
    last.delete(key);
    last.set(key, changeWords(command, nameOf));
  }
  const words = [...last.values()];
  if (words.length === 0) return '';
  return words.length === 1 ? words[0] : t('future.and', { what: words[0], n: words.length - 1 });
}

export function futureWords(branch: BranchInfo, nameOf: NameOf): string {
  const what = changesWords(branch, nameOf);
  const begin =
    branch.parent < 0
      ? t('future.first')
      : what === ''
        ? t('future.untouched')
        : t('future.from', { t: seconds(branch.forkedAt), what });
  const [first, ...more] = branch.kills.filter((kill) => kill.t >= branch.forkedAt);
  if (!first) return begin;
  return begin + t(more.length > 0 ? 'future.diesMore' : 'future.dies', { who: first.comm, n: more.length });
}
