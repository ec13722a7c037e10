import { Fragment } from 'react';
import { type Key, t } from '../../i18n';
import { type BadnessStep, sumOfSteps } from '../../linux/versions/badness';
import { isFaded, selectGroup, useSelection, useShown } from '../../store';
import type { CgroupFrame, ProcFrame } from '../../worker/protocol';
import { Chip } from '../controls/Chip';
import { held, heldText, MemoryBar } from '../controls/MemoryBar';
import { usePointingAt } from '../controls/usePointing';
import { int, isLong } from '../format';

const RANKED = 5;
const NO_PROCS: ProcFrame[] = [];
const NO_GROUPS: CgroupFrame[] = [];

/** Eligible processes, most points first. */
export function ranking(procs: readonly ProcFrame[], candidate: number): ProcFrame[] {
  return procs
    .filter((p) => p.points !== null && p.state !== 'killed' && p.state !== 'exited' && p.state !== 'exiting')
    .sort((a, b) => (b.points ?? 0) - (a.points ?? 0) || Number(b.pid === candidate) - Number(a.pid === candidate));
}

/** The arithmetic of the choice: the top candidate's terms, and who comes after it. */
export function WhoDiesNext() {
  const procs = useShown((f) => f.procs, NO_PROCS);
  const totalpages = useShown((f) => f.totalpages, 0);
  const candidate = useShown((f) => f.candidate, -1);
  const sacrifice = useShown((f) => f.sacrifice, -1);
  const chosen = useSelection((s) => s.selectedGroup);
  const group = useShown((f) => f.cgroups, NO_GROUPS).find((g) => g.path === chosen);
  if (group) return <InGroup group={group} procs={procs} />;
  const ranked = ranking(procs, candidate).slice(0, RANKED);
  const top = ranked.find((p) => p.pid === candidate) ?? ranked[0];
  return (
    <section className="victim" data-region="who-dies-next" aria-label={t('victim.title')}>
      <div className="hd">
        <h2>{t('victim.title')}</h2>
        {totalpages > 0 && <span className="mut">{t('victim.sub', { n: totalpages })}</span>}
      </div>
      {top ? (
        <>
          <Formula proc={top} />
          <Ranking ranked={ranked} />
          <Rules child={procs.find((p) => p.pid === sacrifice)} />
          <AdjNote ranked={ranked} />
        </>
      ) : (
        totalpages > 0 && <p className="sub">{t('victim.none')}</p>
      )}
    </section>
  );
}

/** Who would die if the group that is looked into hit its limit: adj weighs by that limit there. */
function InGroup({ group, procs }: { group: CgroupFrame; procs: readonly ProcFrame[] }) {
  const { path, totalpages, ranking: own } = group;
  const ranked = own.flatMap(({ pid, points, adjPoints }) => {
    const proc = procs.find((p) => p.pid === pid);
    return proc ? [{ ...proc, points, adjPoints }] : [];
  });
  return (
    <section className="victim" data-region="who-dies-next" aria-label={t('victim.title')}>
      <div className="hd">
        <h2>{t('victim.title')}</h2>
        <span className="grow" />
        <button type="button" className="btn small" onClick={() => selectGroup(null)}>
          {t('victim.machine')}
        </button>
      </div>
      {totalpages !== null && <p className="mut small">{t('victim.subGroup', { path, n: totalpages })}</p>}
      {ranked.length > 0 ? (
        <>
          <Ranking ranked={ranked} />
          <AdjNote ranked={ranked} />
        </>
      ) : (
        <p className="sub">{t(totalpages === null ? 'victim.noLimit' : 'victim.noneIn', { path })}</p>
      )}
    </section>
  );
}

/** Colour and name of each kind of step. */
const STEPS: Record<BadnessStep['kind'], { mark: string; name: Key }> = {
  rss: { mark: 'k-anon', name: 'victim.rss' },
  swap: { mark: 'k-swap', name: 'victim.swap' },
  tables: { mark: 'k-pt', name: 'victim.pt' },
  adj: { mark: 'k-adj', name: 'victim.adj' },
  root: { mark: 'k-adj', name: 'victim.root' },
  total_vm: { mark: 'k-anon', name: 'victim.total_vm' },
  children: { mark: 'k-anon', name: 'victim.children' },
  cpu: { mark: 'k-adj', name: 'victim.cpu' },
  run: { mark: 'k-adj', name: 'victim.run' },
  nice: { mark: 'k-adj', name: 'victim.nice' },
  rawio: { mark: 'k-adj', name: 'victim.rawio' },
  cpuset: { mark: 'k-adj', name: 'victim.cpuset' },
  total: { mark: 'k-adj', name: 'victim.total' },
  floor: { mark: 'k-adj', name: 'victim.floor' },
  ceiling: { mark: 'k-adj', name: 'victim.ceiling' },
};

/** The adj counts in shares of memory, in thousandths, or shifts the score. */
function nameOf({ kind, op, unit }: BadnessStep): Key {
  if (kind !== 'adj' || unit !== undefined) return STEPS[kind].name;
  return op === '+' ? 'victim.adjPlain' : 'victim.adjOld';
}

const amount = ({ value, unit }: BadnessStep): string => (unit ? `${int(value / unit)}×${int(unit)}` : int(value));

/** A floor or ceiling that changes nothing is not worth a term. */
function shownSteps(steps: readonly BadnessStep[]): BadnessStep[] {
  return steps.filter((s, i) => {
    if (s.op !== 'max' && s.op !== 'min') return true;
    const before = sumOfSteps(steps.slice(0, i));
    return s.op === 'max' ? before < s.value : before > s.value;
  });
}

function Formula({ proc }: { proc: ProcFrame }) {
  return (
    <p className={isLong(proc.points ?? 0) ? 'formula long' : 'formula'}>
      <span className="vh">{t('victim.formula', { name: proc.comm })}: </span>
      {shownSteps(proc.steps).map((s, i) => (
        <Fragment key={s.kind}>
          {(i > 0 || s.op !== '+') && <span className="op">{s.op === 'max' || s.op === 'min' ? '→' : s.op}</span>}
          <Term mark={STEPS[s.kind].mark} value={amount(s)} name={t(nameOf(s))} />
        </Fragment>
      ))}
      <span className="total">
        <span className="op">=</span>
        <span className="sum">
          <b>{int(proc.points ?? 0)}</b>
          {t('victim.points')}
        </span>
      </span>
    </p>
  );
}

function Term({ mark, value, name }: { mark: string; value: string; name: string }) {
  return (
    <span className="term">
      <i className={`term-mark ${mark}`} />
      <b>{value}</b>
      {name}
    </span>
  );
}

/** What another year's rules change, where they are in force; and what several nodes do. */
function Rules({ child }: { child: ProcFrame | undefined }) {
  const rules = useShown((f) => f.machine.oomRules, 'kernel');
  const nodes = useShown((f) => f.machine.nodes, 1);
  if (rules === 'kernel') return nodes > 1 ? <p className="mut small rules-note">{t('victim.nodes')}</p> : null;
  const what = t(`rules.${rules}.what` as Key);
  return (
    <p className="mut small rules-note">
      {t('victim.rules', { era: t(`rules.${rules}` as Key), what: what.charAt(0).toLowerCase() + what.slice(1) })}{' '}
      {child && t('victim.child', { name: child.comm, pid: String(child.pid) })}
    </p>
  );
}

function Ranking({ ranked }: { ranked: ProcFrame[] }) {
  let scale = 1;
  for (const p of ranked) scale = Math.max(scale, held(p) + Math.max(0, p.adjPoints));
  return (
    <ol className="ranking" aria-label={t('victim.ranking')}>
      {ranked.map((proc, i) => (
        <Ranked key={proc.pid} proc={proc} scale={scale} top={i === 0} />
      ))}
    </ol>
  );
}

function Ranked({ proc, scale, top }: { proc: ProcFrame; scale: number; top: boolean }) {
  const faded = useSelection((s) => isFaded(s, proc));
  const { enter, leave } = usePointingAt(proc.pid);
  return (
    <li
      className={top ? 'rank top' : 'rank'}
      data-pid={proc.pid}
      data-faded={faded || undefined}
      title={t('victim.held', { name: proc.comm, parts: heldText(proc) })}
      onPointerEnter={enter}
      onPointerLeave={leave}
    >
      <Chip proc={proc} />
      <span className="rank-name">
        <span>{proc.comm}</span> <i>{proc.pid}</i>
      </span>
      <MemoryBar proc={proc} scale={scale} adjPoints={proc.adjPoints} className="rss rank-bar" />
      <span className="num">{int(proc.points ?? 0)}</span>
    </li>
  );
}

/** What the hollow bar means, said for the first process that has one. */
function AdjNote({ ranked }: { ranked: ProcFrame[] }) {
  const proc = ranked.find((p) => p.adjPoints !== 0);
  if (!proc) return null;
  const adj = proc.adj > 0 ? `+${int(proc.adj)}` : int(proc.adj);
  return (
    <p className="mut small adj-note">
      <i className="k-adj" />{' '}
      {t(proc.adjPoints > 0 ? 'victim.adds' : 'victim.takes', {
        adj,
        n: Math.abs(proc.adjPoints),
        name: proc.comm,
      })}
    </p>
  );
}
