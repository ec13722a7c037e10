import { t } from '../../i18n';
import { hoverPid, useShown } from '../../store';
import type { ProcFrame } from '../../worker/protocol';
import { Chip } from '../controls/Chip';
import { held, heldText, MemoryBar } from '../controls/MemoryBar';
import { useFading } from '../controls/useFading';
import { int } from '../format';

const RANKED = 5;
const NO_PROCS: ProcFrame[] = [];

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
  const ranked = ranking(procs, candidate).slice(0, RANKED);
  const top = ranked.find((p) => p.pid === candidate) ?? ranked[0];
  return (
    <section className="victim" data-region="who-dies-next" aria-label={t('victim.title')}>
      <div className="hd">
        <h2>{t('victim.title')}</h2>
        <span className="mut">{t('victim.sub', { n: totalpages })}</span>
      </div>
      {top ? (
        <>
          <Formula proc={top} totalpages={totalpages} />
          <Ranking ranked={ranked} />
          <AdjNote ranked={ranked} />
        </>
      ) : (
        <p className="sub">{t('victim.none')}</p>
      )}
    </section>
  );
}

function Formula({ proc, totalpages }: { proc: ProcFrame; totalpages: number }) {
  const rss = proc.rssAnon + proc.rssFile + proc.rssShmem;
  const unit = Math.floor(totalpages / 1000);
  return (
    <p className="formula">
      <span className="vh">{t('victim.formula', { name: proc.comm })}: </span>
      <Term mark="k-anon" value={int(rss)} name={t('victim.rss')} />
      <span className="op">+</span>
      <Term mark="k-swap" value={int(proc.swap)} name={t('victim.swap')} />
      <span className="op">+</span>
      <Term mark="k-pt" value={int(proc.pgtables)} name={t('victim.pt')} />
      <span className="op">+</span>
      <Term mark="k-adj" value={`${int(proc.adj)}×${int(unit)}`} name={t('victim.adj')} />
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

function Ranking({ ranked }: { ranked: ProcFrame[] }) {
  const faded = useFading();
  let scale = 1;
  for (const p of ranked) scale = Math.max(scale, held(p) + Math.max(0, p.adjPoints));
  return (
    <ol className="ranking" aria-label={t('victim.ranking')}>
      {ranked.map((proc, i) => (
        <li
          key={proc.pid}
          className={i === 0 ? 'rank top' : 'rank'}
          data-pid={proc.pid}
          data-faded={faded(proc.pid) || undefined}
          title={t('victim.held', { name: proc.comm, parts: heldText(proc) })}
          onPointerEnter={() => hoverPid(proc.pid)}
          onPointerLeave={() => hoverPid(null)}
        >
          <Chip proc={proc} />
          <span className="rank-name">
            <span>{proc.comm}</span> <i>{proc.pid}</i>
          </span>
          <MemoryBar proc={proc} scale={scale} adjPoints={proc.adjPoints} className="rss rank-bar" />
          <span className="num">{int(proc.points ?? 0)}</span>
        </li>
      ))}
    </ol>
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
