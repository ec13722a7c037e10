import { memo } from 'react';
import { t, tMaybe } from '../../i18n';
import { useShown } from '../../store';
import type { PathFrame, PathStep } from '../../worker/protocol';
import { Pop } from '../controls/Pop';
import { part } from '../controls/part';
import { bytes, duration, int, PAGE_BYTES } from '../format';
import { fastPathSteps, fastPathZone, MARKS, resultText, shareAt, shownSteps, stepLabel } from './steps';

const StepHelp = part(() => import('./StepHelp').then((m) => m.StepHelp));

const ROUNDS = 16;
const PRIORITIES = [12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0];

/** The walk of the allocation that waits the longest, step by step, with the comparisons that decided. */
export function AllocationPath() {
  const path = useShown((f) => f.path, null);
  const zone = useShown((f) => (f.path ? null : fastPathZone(f)), null);
  const steps = path ? shownSteps(path.steps, path.order) : zone ? fastPathSteps(zone) : [];
  return (
    <section className="path-region" data-region="allocation-path" aria-label={t('path.title')}>
      <div className="hd">
        <h2>{t('path.title')}</h2>
        {(path || zone) && <span className="mut">{path ? headline(path) : t('path.fastShort')}</span>}
      </div>
      {zone && (
        <p className="path-fast">
          {t(zone.free <= zone.low ? 'path.fastBelow' : 'path.fast', { free: zone.free, low: zone.low })}
          <span className="mut"> {zone.name}</span>
        </p>
      )}
      {steps.length > 0 && (
        <ol className="path">
          {steps.map((step, i) => (
            // The slow path and the fast one share most of their steps, and the slow one may come to a step twice.
            <Step
              key={`${step.id}-${steps.slice(0, i).filter(({ id }) => id === step.id).length}`}
              step={step}
              path={path}
              gfp={i === 0 && path ? path.gfp : ''}
            />
          ))}
        </ol>
      )}
      <Kswapd />
    </section>
  );
}

function headline({ comm, pid, order, steps }: PathFrame): string {
  const end = steps[steps.length - 1];
  const over = end && (end.id === 'page' || end.id === 'nopage') && end.state !== 'not-reached';
  const key = !over ? 'path.wants' : end.id === 'page' ? 'path.got' : 'path.gotNothing';
  return t(key, { name: comm, pid: String(pid), what: wanted(order) });
}

const wanted = (order: number): string =>
  order === 0 ? t('path.onePage') : t('path.block', { size: bytes(PAGE_BYTES * 2 ** order), order });

function Step({ step, path, gfp = '' }: { step: PathStep; path: PathFrame | null; gfp?: string }) {
  const active = step.state === 'active';
  const todo = step.state === 'waiting' || step.state === 'not-reached';
  const isReclaim = step.id === 'direct_reclaim';
  const isRetry = step.id === 'should_reclaim_retry';
  const result = active && path ? t('path.soFar', { t: duration(path.since) }) : resultText(step) || gfp;
  return (
    <li
      className={`step ${step.state}${todo ? ' todo' : ''}`}
      data-step={step.id}
      aria-current={active ? 'step' : undefined}
    >
      <span className="node" aria-hidden="true">
        {isRetry && todo && path && path.retries > 0 ? path.retries : MARKS[step.state]}
      </span>
      <StepName id={step.id} zone={step.compare?.zone ?? ''} result={resultText(step) || gfp.replaceAll('|', ' | ')} />
      <span className={step.compare ? 'res whole' : result === gfp && gfp !== '' ? 'res flags' : 'res'}>
        {isRetry && path ? <Retries n={path.retries} /> : breakable(result)}
        {active && isRetry && <span> {result}</span>}
      </span>
      <span className="vh">{t(`path.state.${step.state}`)}</span>
      {active && resultText(step) && <p className="step-compare mono">{resultText(step)}</p>}
      {active && isReclaim && path?.reclaim && <Reclaim reclaim={path.reclaim} />}
    </li>
  );
}

/** A list of flags may go on in the next line after any of them. */
const breakable = (text: string): string => text.replaceAll('|', '|\u200b');

/** Name of a step; pressed, it says what the kernel asks there and in which function. */
const StepName = memo(function StepName({ id, zone, result }: { id: string; zone: string; result: string }) {
  const label = stepLabel(id);
  const help = tMaybe(`stepHelp.${id}`);
  if (!help) return <span className="step-name">{label}</span>;
  return (
    <Pop
      kind="dialog"
      className="step-name"
      placement="left"
      offset={8}
      body={() => (
        <StepHelp
          label={t('path.about', { step: label })}
          fn={tMaybe(`stepFn.${id}`) ?? ''}
          help={help}
          result={result && zone ? `${zone}: ${result}` : result}
        />
      )}
    >
      {label}
    </Pop>
  );
});

function Reclaim({ reclaim }: { reclaim: NonNullable<PathFrame['reclaim']> }) {
  const { priority, scanned, reclaimed, target, sleeps } = reclaim;
  return (
    <>
      <span className="ladder" role="img" aria-label={t('path.priority', { priority })}>
        {PRIORITIES.map((p) => (
          <i key={p} className={p > priority ? 'done' : p === priority ? 'cur' : ''}>
            {p}
          </i>
        ))}
      </span>
      <p>
        {t('path.reclaim', {
          priority: String(priority),
          share: shareAt(priority),
          scanned,
          reclaimed,
          target,
        })}
        {sleeps && ` ${t(`path.reclaimSleeps.${sleeps}`)}`}
      </p>
    </>
  );
}

function Retries({ n }: { n: number }) {
  return (
    <span className="retries" role="img" aria-label={t('path.retriesLabel', { n })}>
      <span className="pips" aria-hidden="true">
        {Array.from({ length: ROUNDS }, (_, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: sixteen pips, always
          <i key={i} className={i < n ? 'on' : ''} />
        ))}
      </span>
      {t('path.retries', { n })}
    </span>
  );
}

/** What the background reclaimers do meanwhile, one line a node. */
function Kswapd() {
  const kswapd = useShown((f) => f.kswapd, []);
  return (
    <ul className="kswapd">
      {kswapd.map(({ node, running, priority, failures, scanned, reclaimed }) => (
        <li key={node} data-running={running}>
          <b>{t('path.kswapd', { node: String(node) })}</b>
          <span>
            {failures >= ROUNDS
              ? t('path.kswapd.failed', { n: failures })
              : running && scanned === 0
                ? t('path.kswapd.awake')
                : running
                  ? t('path.kswapd.running', { priority: String(priority), scanned: int(scanned), reclaimed })
                  : t('path.kswapd.asleep')}
          </span>
        </li>
      ))}
    </ul>
  );
}
