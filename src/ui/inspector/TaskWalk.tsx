import { type Key, t } from '../../i18n';
import { inspectorWords as w } from '../../i18n/en-inspector';
import { rulesOf } from '../../linux/versions/oom_rules';
import { setWalkStep, useInspector, useSelection, useShown } from '../../store';
import type { KillReport, ProcFrame } from '../../worker/protocol';
import { Chip } from '../controls/Chip';
import { IconButton } from '../controls/IconButton';
import { usePointingAt } from '../controls/usePointing';
import { int, isLong } from '../format';
import { adjUnit, type WalkRow, walkRows } from './walk';

const NO_PROCS: ProcFrame[] = [];
/** Letters of a name that leave less room for the rest of its row. */
const LONG_NAME = 10;

/** The task list as the kernel went through it: each task's terms, or why it was passed over. */
export function TaskWalk({ kill }: { kill: KillReport }) {
  const { record } = kill;
  const rows = walkRows(record);
  const step = useInspector((s) => s.step);
  const walked = step < 0 ? rows.length : Math.min(step, rows.length);
  const long = rows.some(({ task }) => isLong(task.points) || task.comm.length > LONG_NAME);
  const best = walked > 0 ? rows[walked - 1].best : null;
  return (
    <section data-region="task-walk" aria-label={w.walk}>
      <div className="hd ki-hd">
        <h2>{w.walk}</h2>
        <span className="mut">
          {record.memcg === '' ? w.walkSub[rulesOf(record).badness.tie] : w.walkSubGroup(record.memcg)}
        </span>
        <span className="grow" />
        {rows.length > 0 && (
          <span className="ki-steps">
            <IconButton
              className="btn ic"
              icon="back"
              label={w.walkPrevious}
              isDisabled={walked <= 1}
              onPress={() => setWalkStep(walked - 1)}
            />
            <span className="mono">{w.walkAt(walked, rows.length)}</span>
            <IconButton
              className="btn ic"
              icon="step"
              label={w.walkNext}
              isDisabled={walked >= rows.length}
              onPress={() => setWalkStep(walked + 1)}
            />
          </span>
        )}
      </div>
      {rows.length === 0 ? (
        <p className="sub">{w.walkNone}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways has to be reachable by keyboard
        <section className={long ? 'ki-table long' : 'ki-table'} aria-label={w.walkTable} tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th className="l" scope="col">
                  {w.task}
                </th>
                <th scope="col">{w.rss}</th>
                <th scope="col">{w.swap}</th>
                <th scope="col">{w.pgtables}</th>
                <th scope="col">{w.adj(adjUnit(record))}</th>
                <th scope="col">{w.points}</th>
                <th className="l" scope="col">
                  {w.outcome}
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row, i) => (
                <Row
                  key={row.task.pid}
                  row={row}
                  known={isSaid(row.outcome, rows[i - 1]?.outcome)}
                  state={i + 1 < walked ? 'done' : i + 1 === walked ? 'now' : 'ahead'}
                  chosen={walked === rows.length && row.task.pid === record.chosen}
                />
              ))}
            </tbody>
          </table>
        </section>
      )}
      {record.rules !== 'kernel' && <p className="mut">{t(`rules.${record.rules}.what` as Key)}</p>}
      <p className="vh" role="status">
        {step >= 0 && (best ? w.bestSoFar(best.comm, int(best.points)) : w.nobodySoFar)}
      </p>
    </section>
  );
}

/** Lower than the same task as the row before: whom it is lower than need not be said again. */
const isSaid = (now: WalkRow['outcome'], before: WalkRow['outcome'] | undefined): boolean =>
  now.kind === 'lower' && before?.kind === 'lower' && now.than.pid === before.than.pid;

interface RowProps {
  row: WalkRow;
  known: boolean;
  state: 'done' | 'now' | 'ahead';
  chosen: boolean;
}

function Row({ row: { task, outcome, more }, known, state, chosen }: RowProps) {
  const chip = useShown((f) => f.procs, NO_PROCS).find((p) => p.pid === task.pid)?.chip ?? 0;
  const faded = useSelection((s) => s.hoveredPid !== null && s.hoveredPid !== task.pid);
  const { enter, leave } = usePointingAt(task.pid);
  const skipped = outcome.kind === 'skipped' || outcome.kind === 'aborted';
  const className = [skipped && 'skip', chosen && 'vic', state, faded && 'faded'].filter(Boolean).join(' ');
  return (
    <tr
      className={className}
      data-pid={task.pid}
      aria-current={state === 'now' ? 'step' : undefined}
      onPointerEnter={enter}
      onPointerLeave={leave}
    >
      <th className="l" scope="row">
        <Chip proc={{ comm: task.comm, chip }} /> <b className="ki-comm">{task.comm}</b>{' '}
        <span className="mut">{task.pid}</span>
      </th>
      {state === 'ahead' ? (
        <td colSpan={6} className="l why">
          {w.notYet}
        </td>
      ) : skipped ? (
        <td colSpan={6} className="l why">
          {w.skipped(w.skips[task.skip] ?? task.skip)}
          {more > 0 && w.andMore(more)}
        </td>
      ) : (
        <>
          <td>{int(task.rss)}</td>
          <td>{int(task.swap)}</td>
          <td>{int(task.pgtables)}</td>
          <td>{int(task.adjPoints)}</td>
          <td className="f">{int(task.points)}</td>
          <td className="l why">{chosen ? w.chosen : known ? w.lowerToo : outcomeText(outcome)}</td>
        </>
      )}
    </tr>
  );
}

function outcomeText(outcome: WalkRow['outcome']): string {
  if (outcome.kind === 'lower') return w.lower(outcome.than.comm);
  if (outcome.kind !== 'best') return '';
  if (!outcome.before) return w.first;
  return outcome.tie ? w.tie(outcome.before.comm) : w.best;
}
