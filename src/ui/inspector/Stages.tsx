import { Button } from 'react-aria-components';
import { runToFate } from '../../actions/inspector';
import { seek } from '../../actions/lab';
import { inspectorWords as w } from '../../i18n/en-inspector';
import { oomVictim } from '../../linux/include/oom';
import { rulesOf } from '../../linux/versions/oom_rules';
import { setWalkStep, useShown } from '../../store';
import type { KillReport } from '../../worker/protocol';
import { duration, seconds } from '../format';
import { isOfKswapd, victimName } from './headline';

interface Stage {
  id: string;
  name: string;
  sub: string;
  /** Where it leads, ns; -1 = it has not come to that. */
  t: number;
  /** Rows of the walk shown from there. */
  walked?: number;
}

/** What happened in which order, and where each of it can be seen. */
export function stagesOf(kill: KillReport): Stage[] {
  const { record } = kill;
  const kthreads = record.walk.filter((c) => c.skip === 'kthread').length;
  const name = victimName(kill);
  const since = (t: number): string => duration(t - record.t);
  const stages: Stage[] = [
    {
      id: 'oom',
      ...(record.memcg === ''
        ? {
            name: w.stageOom,
            sub: w.stageOomSub(seconds(record.t), record.order < 0 ? 0 : record.noProgressLoops),
          }
        : { name: w.stageMemcg, sub: w.stageMemcgSub(seconds(record.t), record.memcg) }),
      t: kill.before,
    },
    {
      id: 'select',
      name: w.stageSelect,
      sub:
        record.walk.length === 0
          ? w.walkNone
          : record.memcg === ''
            ? w.stageSelectSub(record.walk.length - kthreads, kthreads)
            : w.stageSelectGroup(record.walk.length, record.memcg),
      t: kill.before,
      walked: 1,
    },
  ];
  if (record.chosen < 0) {
    stages.push({ id: 'kill', name: w.stagePanic, sub: seconds(record.t), t: kill.decided, walked: -1 });
    return stages;
  }
  const reaper =
    kill.reapedAt >= 0
      ? w.reaperDone(since(kill.reapedAt))
      : kill.exitedAt >= 0
        ? w.reaperIdle(since(kill.exitedAt))
        : w.reaperYetToCome[rulesOf(record).reaper];
  const retry = kill.retry === null ? w.retryWaits : kill.retry.page ? w.retryPage : w.retryNone;
  stages.push(
    {
      id: 'kill',
      name: w.stageKill,
      sub: `${name} ${oomVictim(record)}${record.group.length > 0 ? w.stageKillMore(record.group.length) : ''}`,
      t: kill.decided,
      walked: -1,
    },
    { id: 'reaper', name: w.stageReaper, sub: reaper, t: kill.reapedAt >= 0 ? kill.reapedAt : kill.exitedAt },
  );
  // Who is killed for its own request does not come back to it, and kswapd has none.
  if (record.order >= 0 && !isOfKswapd(record) && record.invoker !== oomVictim(record)) {
    stages.push({
      id: 'retry',
      name: w.stageRetry(record.invokerComm),
      sub: retry,
      t: kill.retry ? Math.max(kill.retry.t, kill.decided) : -1,
    });
  }
  return stages;
}

/** Index of the stage that the head has come to; -1 = it stands before all of them. */
export function stageAt(stages: readonly Stage[], head: number): number {
  let at = -1;
  let latest = Number.NEGATIVE_INFINITY;
  stages.forEach(({ t }, i) => {
    if (t >= 0 && t <= head && t >= latest) {
      at = i;
      latest = t;
    }
  });
  // The list is walked within the decision: before it nobody has been looked at.
  return at === 1 ? 0 : at;
}

export function Stages({ kill }: { kill: KillReport }) {
  const head = useShown((f) => f.t, 0);
  const stages = stagesOf(kill);
  const now = stageAt(stages, head);
  return (
    <ol className="ki-stages" aria-label={w.stages} data-region="stages">
      {stages.map(({ id, name, sub, t, walked }, i) => (
        <li key={id} className={id === 'kill' ? 'kill' : undefined} aria-current={i === now ? 'step' : undefined}>
          <Button
            className="ki-stage"
            onPress={() => {
              if (walked !== undefined) setWalkStep(walked);
              void (t < 0 ? runToFate(kill.before) : seek(t));
            }}
          >
            <b className="ki-stage-name">{name}</b>
            <span className="ki-stage-sub">{sub}</span>{' '}
            <i className="vh">{t < 0 ? w.stageAhead : w.stageAt(seconds(t))}</i>
          </Button>
        </li>
      ))}
    </ol>
  );
}
