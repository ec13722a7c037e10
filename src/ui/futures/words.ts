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
    case 'oom_rules':
      return t('future.rules', { name: tMaybe(`rules.${command.name}`) ?? command.name });
    case 'cgroup_create':
      return t('future.groupMade', { path: command.path });
    case 'cgroup_remove':
      return t('future.groupRemoved', { path: command.path });
    case 'cgroup_write':
      return t('future.groupWrite', { path: command.path, file: command.file, value: command.value });
    case 'cgroup_attach':
      return t('future.groupAttach', { who: nameOf(command.pid), path: command.path });
  }
}

/** Same for two values of one thing. */
function keyOf(command: Command): string {
  if (command.op === 'oom_score_adj') return `adj ${command.pid}`;
  return command.op === 'cgroup_write' ? `${command.path} ${command.file}` : JSON.stringify(command);
}

/** What was changed: of several changes of one thing the last counts. */
export function changesWords(branch: BranchInfo, nameOf: NameOf): string {
  const last = new Map<string, string>();
  for (const { command } of branch.commands.slice(branch.shared)) {
    const key = keyOf(command);
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
