import { useEffect, useId, useRef } from 'react';
import { Button } from 'react-aria-components';
import { closeInspector } from '../../actions/inspector';
import { runUntil } from '../../actions/lab';
import { inspectorWords as w } from '../../i18n/en-inspector';
import { setInspected, useInspector, useRun } from '../../store';
import type { KillReport } from '../../worker/protocol';
import { IconButton } from '../controls/IconButton';
import { int } from '../format';
import { Counterfactual } from './Counterfactual';
import { DmesgMap } from './DmesgMap';
import { Domain } from './Domain';
import { headline, reasons } from './headline';
import './inspector.css';
import { Reaper } from './Reaper';
import { Stages } from './Stages';
import { TaskWalk } from './TaskWalk';

/** A sheet over the lab that takes one kill apart: how it came, who was looked at, and what would have changed it. */
export default function KillInspector() {
  const before = useInspector((s) => s.before);
  const kills = useRun((s) => s.kills);
  const index = kills.findIndex((kill) => kill.before === before);
  const kill = kills[index] as KillReport | undefined;
  const title = useId();
  const heading = useRef<HTMLHeadingElement>(null);
  const opened = useRef(false);
  const sheet = useRef<HTMLElement>(null);
  const decision = kill && `${kill.before} ${kill.record.chosen}`;
  // At the start, and when what had the focus belonged to a kill that is not shown any more.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another decision is what takes elements away
  useEffect(() => {
    if (!opened.current || document.activeElement === document.body) heading.current?.focus({ preventScroll: true });
    opened.current = true;
  }, [decision]);
  useEffect(() => {
    const key = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.defaultPrevented) return;
      const at = document.activeElement;
      if (at === document.body || sheet.current?.contains(at)) closeInspector();
    };
    window.addEventListener('keydown', key);
    return () => window.removeEventListener('keydown', key);
  }, []);
  return (
    <>
      <div className="ki-scrim" aria-hidden="true" />
      <section
        ref={sheet}
        className="ki"
        role="dialog"
        aria-modal="false"
        aria-labelledby={title}
        data-region="kill-inspector"
      >
        <div className="ki-scroll">
          <div className="ki-head">
            <div className="grow">
              <h1 id={title} ref={heading} tabIndex={-1}>
                {kill ? headline(kill) : w.region}
              </h1>
              {kill && <Reasons kill={kill} />}
            </div>
            {kills.length > 1 && <Pager kills={kills} index={index} />}
            <IconButton className="btn soft ic" icon="cross" label={w.close} hint="K" onPress={closeInspector} />
          </div>
          {kill ? (
            <Body kill={kill} next={kills[index + 1]} />
          ) : (
            <p className="ki-gone">
              {kills.length > 0 ? w.gone : w.none}{' '}
              <Button className="btn soft" onPress={() => void runUntil('kill')}>
                {w.toNext}
              </Button>
            </p>
          )}
        </div>
      </section>
    </>
  );
}

function Body({ kill, next }: { kill: KillReport; next: KillReport | undefined }) {
  return (
    <>
      <Stages kill={kill} />
      <div className="ki-main">
        <Domain kill={kill} />
        <TaskWalk kill={kill} />
        <DmesgMap kill={kill} />
      </div>
      <div className="ki-side">
        <Counterfactual key={`${kill.before} ${kill.record.chosen}`} kill={kill} next={next} />
        <Reaper kill={kill} />
      </div>
    </>
  );
}

/** Why it came to this, and by how much the victim was chosen. */
function Reasons({ kill }: { kill: KillReport }) {
  const { why, most, rest } = reasons(kill);
  return (
    <p className="ki-sub">
      {why}{' '}
      {most && (
        <>
          {most[0]}
          <b className="red">{most[1]}</b>
          {rest}
        </>
      )}
    </p>
  );
}

function Pager({ kills, index }: { kills: readonly KillReport[]; index: number }) {
  const to = (i: number) => setInspected(kills[i].before);
  return (
    <span className="ki-pager">
      <IconButton
        icon="back"
        label={w.earlier}
        isDisabled={index === 0}
        onPress={() => to(index < 0 ? 0 : index - 1)}
      />
      <span className="mono">{w.position(index < 0 ? 0 : index + 1, kills.length)}</span>
      <IconButton icon="step" label={w.later} isDisabled={index === kills.length - 1} onPress={() => to(index + 1)} />
      <span className="vh" role="status">
        {index >= 0 && int(index + 1)}
      </span>
    </span>
  );
}
