import { memo, useId, useState } from 'react';
import { t } from '../../i18n';
import { isFaded, useSelection } from '../../store';
import type { ProcFrame } from '../../worker/protocol';
import { Chip } from '../controls/Chip';
import { held, MemoryBar } from '../controls/MemoryBar';
import { usePointingAt } from '../controls/usePointing';
import { int, isLong, seconds } from '../format';
import { WhyButton } from '../inspector/WhyButton';
import { AdjControl } from './AdjControl';
import { rowKind } from './order';
import { GroupChip, ProcessName } from './ProcessName';
import { SignalMenu } from './SignalMenu';

/** States that say little: the name of the control group has room beside them. */
const CALM: readonly ProcFrame['state'][] = ['running', 'sleeping'];

interface Props {
  proc: ProcFrame;
  /** Pages of a full bar. */
  scale: number;
  candidate: boolean;
  /** ns when the OOM killer chose it, -1 = it did not. */
  chosenAt: number;
  /** Somebody has this row in hand: it keeps its form, whatever its numbers become. */
  inHand: boolean;
}

/** One process. */
export const ProcessRow = memo(Row, (a, b) => {
  if (a.scale !== b.scale || a.candidate !== b.candidate || a.chosenAt !== b.chosenAt || a.inHand !== b.inHand)
    return false;
  const keys = Object.keys(a.proc) as (keyof ProcFrame)[];
  return keys.every((k) => k === 'doing' || k === 'minFlt' || k === 'majFlt' || a.proc[k] === b.proc[k]);
});

function Row({ proc, scale, candidate, chosenAt, inHand }: Props) {
  const kind = rowKind(proc);
  const faded = useSelection((s) => isFaded(s, proc));
  const { enter, leave } = usePointingAt(proc.pid);
  const hover: Hover = {
    onPointerEnter: enter,
    onPointerLeave: leave,
    onFocus: enter,
    onBlur: leave,
    'data-faded': faded || undefined,
  };
  if (kind === 'gone') {
    const killed = proc.state === 'killed';
    return (
      <li className="proc mini dead" data-pid={proc.pid} data-state={proc.state} {...hover}>
        <Chip proc={proc} />
        <div className="who">
          <span className="who-name">
            {killed ? <s>{proc.comm}</s> : <b>{proc.comm}</b>} <i>{proc.pid}</i>
          </span>{' '}
          <span className={killed ? 'st dead' : 'st'}>
            {killed ? t('processes.killed', { t: seconds(proc.killedAt, 1) }) : t('processes.exited')}
          </span>
        </div>
        <span className="note">
          <WhyButton pid={proc.pid} name={proc.comm}>
            {t('processes.freed')}
          </WhyButton>
        </span>
      </li>
    );
  }
  if (kind === 'exempt' && !(proc.never === 'adj' && inHand)) return <ExemptRow proc={proc} hover={hover} />;
  return (
    <FullRow
      proc={proc}
      scale={scale}
      candidate={candidate}
      chosenAt={chosenAt}
      dying={kind === 'dying'}
      hover={hover}
    />
  );
}

interface Hover {
  onPointerEnter: () => void;
  onPointerLeave: () => void;
  onFocus: () => void;
  onBlur: () => void;
  'data-faded'?: true;
}

function ExemptRow({ proc, hover }: { proc: ProcFrame; hover: Hover }) {
  const errorId = useId();
  const [error, setError] = useState('');
  return (
    <li className="proc mini" data-pid={proc.pid} data-state={proc.state} {...hover}>
      <Chip proc={proc} />
      <div className="who">
        <ProcessName pid={proc.pid} comm={proc.comm} />
      </div>
      <span className="note">
        {proc.never !== 'adj' && `${t(`never.${proc.never || 'no_mm'}`)}: `}
        {t('processes.never')}
      </span>
      {proc.never === 'adj' && (
        <AdjControl
          pid={proc.pid}
          name={proc.comm}
          value={proc.adj}
          onError={setError}
          errorId={errorId}
          invalid={error !== ''}
          fieldOnly
        />
      )}
      {error && (
        <p id={errorId} className="error" role="alert">
          {error}
        </p>
      )}
    </li>
  );
}

interface FullProps extends Omit<Props, 'inHand'> {
  dying: boolean;
  hover: Hover;
}

function FullRow({ proc, scale, candidate, chosenAt, dying, hover }: FullProps) {
  const errorId = useId();
  const [error, setError] = useState('');
  const victim = dying && chosenAt >= 0;
  const points = proc.points ?? held(proc);
  return (
    <li
      className={`proc${dying ? ' dying' : ''}${victim ? ' victim' : ''}${candidate ? ' candidate' : ''}`}
      data-pid={proc.pid}
      data-state={proc.state}
      {...hover}
    >
      {candidate && !dying && <p className="flag">{t('processes.wouldDie')}</p>}
      {victim && (
        <p className="flag">
          {t('processes.killedAt', { t: seconds(chosenAt) })} <span className="st dead">{t('processes.dying')}</span>{' '}
          <WhyButton pid={proc.pid} name={proc.comm} />
        </p>
      )}
      <Chip proc={proc} />
      <div className="who">
        <ProcessName pid={proc.pid} comm={proc.comm} />
        {(victim || CALM.includes(proc.state)) && <GroupChip proc={proc} />}
        {!victim && <span className={`st ${proc.state}`}>{t(`state.${proc.state}`)}</span>}
      </div>
      <span className={isLong(points) ? 'pts long' : 'pts'}>{int(points)}</span>
      <span className="sc">{int(proc.oomScore)}</span>
      <div className="viz">
        <MemoryBar proc={proc} scale={scale} />
        {!dying && (
          <AdjControl
            pid={proc.pid}
            name={proc.comm}
            value={proc.adj}
            onError={setError}
            errorId={errorId}
            invalid={error !== ''}
          />
        )}
        <SignalMenu pid={proc.pid} name={proc.comm} stopped={proc.state === 'stopped'} />
      </div>
      {error && (
        <p id={errorId} className="error" role="alert">
          {error}
        </p>
      )}
    </li>
  );
}
