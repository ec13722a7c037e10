import { useEffect, useRef, useState } from 'react';
import { Button } from 'react-aria-components';
import { closeInspector, findRemedy, replayAfter, stopSearch } from '../../actions/inspector';
import { openWithMoreSwap } from '../../actions/scenarios';
import { inspectorWords as w } from '../../i18n/en-inspector';
import { refusalText } from '../../i18n/errors';
import { RefusalError } from '../../machine/commands';
import { useInspector, useShown } from '../../store';
import type { KillReport, Remedy, RemedyKind, RemedyProgress, RemedyTrial } from '../../worker/protocol';
import { duration, pages, seconds } from '../format';
import { limitText } from '../groups/tree';
import { victimName } from './headline';

/** Sooner or later by less than this is the same moment, ns. */
const SAME_NS = 1e6;

/** What there could have been more of: swap where the machine was full, the limits of a group where that was. */
export function remediesOf(kill: KillReport, swapTotal: number): RemedyKind[] {
  const { limit, order } = kill.record;
  // Who was told to kill did not lack memory.
  if (order < 0) return [];
  if (!limit) return ['swap'];
  const swaps = limit.swapMax !== null && limit.swapMax < swapTotal;
  return swaps ? ['memory.max', 'memory.swap.max'] : ['memory.max'];
}

type State = { remedy: Remedy } | { stopped: RemedyProgress | null } | { why: string };

/** How much more memory would have made a difference: looked for by going through the machine again and again. */
export function Remedies({ kill, onAsk }: { kill: KillReport; onAsk?: () => void }) {
  const swapTotal = useShown((f) => f.machine.swapTotal, 0);
  const progress = useInspector((s) => s.remedy);
  const [asked, setAsked] = useState<RemedyKind | null>(null);
  const [known, setKnown] = useState<{ [what in RemedyKind]?: State }>({});
  const last = useRef<RemedyProgress | null>(null);
  const running = useRef(false);
  const kinds = remediesOf(kill, swapTotal);
  if (progress?.before === kill.before) last.current = progress;
  // Nobody waits for it any more.
  useEffect(
    () => () => {
      if (running.current) void stopSearch();
    },
    [],
  );
  async function find(what: RemedyKind) {
    onAsk?.();
    setAsked(what);
    setKnown((all) => ({ ...all, [what]: undefined }));
    last.current = null;
    running.current = true;
    const end = (state: State) => {
      running.current = false;
      setAsked((now) => (now === what ? null : now));
      setKnown((all) => ({ ...all, [what]: state }));
    };
    try {
      end({ remedy: await findRemedy(kill.before, what) });
    } catch (error) {
      if (!(error instanceof RefusalError)) throw error;
      const { code } = error.refusal;
      end(code === 'superseded' ? { stopped: last.current } : { why: refusalText(error.refusal) });
    }
  }
  if (kinds.length === 0) return null;
  return (
    <section className="ki-remedies" data-region="remedies" aria-label={w.remedy}>
      <h3>{w.remedy}</h3>
      {kinds.map((what) => {
        const state = known[what];
        return (
          <div key={what} className="ki-remedy">
            {asked === what ? (
              <Progress kill={kill} what={what} progress={progress?.before === kill.before ? progress : null} />
            ) : (
              <Button className="btn soft small" isDisabled={asked !== null} onPress={() => void find(what)}>
                {w.remedyAsk[what]}
              </Button>
            )}
            <div role="status">
              {state && 'remedy' in state && <Found kill={kill} remedy={state.remedy} swapTotal={swapTotal} />}
              {state && 'stopped' in state && (
                <>
                  <p className="sub">{w.remedyStopped}</p>
                  {state.stopped && <Trials kill={kill} what={what} trials={state.stopped.trials} />}
                </>
              )}
              {state && 'why' in state && <p className="error">{w.failed(state.why)}</p>}
            </div>
          </div>
        );
      })}
    </section>
  );
}

const trialName = (what: RemedyKind, extra: number): string => w.remedyMore(what, pages(extra));

function Progress({ kill, what, progress }: { kill: KillReport; what: RemedyKind; progress: RemedyProgress | null }) {
  return (
    <>
      <p className="sub">
        {progress
          ? w.remedyTrying(trialName(what, progress.extra), seconds(progress.t, 1), seconds(progress.until, 1))
          : w.computing}
      </p>
      <p className="ki-search">
        <progress
          aria-label={w.remedyProgress(w.remedyAsk[what])}
          max={progress?.until ?? 1}
          value={progress?.t ?? 0}
        />
        <Button className="btn soft small" onPress={() => void stopSearch()}>
          {w.remedyStop}
        </Button>
      </p>
      {progress && <Trials kill={kill} what={what} trials={progress.trials} />}
    </>
  );
}

/** Pages that there were of it. */
function hadOf(what: RemedyKind, { record: { limit } }: KillReport, swapTotal: number): number {
  if (what === 'swap') return swapTotal;
  return (what === 'memory.max' ? limit?.max : limit?.swapMax) ?? 0;
}

function Found({ kill, remedy, swapTotal }: { kill: KillReport; remedy: Remedy; swapTotal: number }) {
  const { what, least, below, bound, trials, span } = remedy;
  const had = hadOf(what, kill, swapTotal);
  const came = trials.find(({ extra }) => extra === least);
  return (
    <>
      <p className="ki-enough">
        {least >= 0
          ? w.remedyFound(trialName(what, least), pages(had + least), duration(span))
          : w.remedyNever(trialName(what, bound))}{' '}
        {least >= 0 && below > 0 && w.remedyNotBelow(trialName(what, below))}{' '}
        {came?.elsewhere && w.remedyThen(trialText(kill, came))}
      </p>
      <Trials kill={kill} what={what} trials={trials} />
      <p className="mut small">{w.remedyHonest(what, duration(span))}</p>
      {what !== 'swap' && least >= 0 && (
        <Button
          className="btn soft small"
          onPress={() =>
            void replayAfter(kill.before, {
              op: 'cgroup_write',
              path: kill.record.memcg,
              file: what,
              value: limitText(had + least),
            })
          }
        >
          {w.remedyReplay(seconds(kill.before), what, limitText(had + least))}
        </Button>
      )}
      {what === 'swap' && least >= 0 && (
        <>
          <Button
            className="btn soft small"
            onPress={() => void openWithMoreSwap(least, kill.before).then((done) => done && closeInspector())}
          >
            {w.remedyOpen(trialName(what, least), seconds(kill.before))}
          </Button>
          <p className="mut small">{w.remedyOpenHint}</p>
        </>
      )}
    </>
  );
}

/** Whom a trial ended for, and how much later than it was. */
export function trialText(kill: KillReport, { kill: came, elsewhere, panic }: RemedyTrial): string {
  if (came === null) return panic === '' ? w.remedyNone : w.nextPanic;
  const { record } = kill;
  const who = came.pid < 0 ? w.panics : came.comm || victimName(kill);
  // Another limit than the one that was hit, or none at all.
  const name = !elsewhere ? who : w.remedyElse(who, came.memcg || w.remedyMachine);
  const later = came.t - record.t;
  if (Math.abs(later) < SAME_NS) return w.remedySame(name);
  return later > 0 ? w.remedyLater(name, duration(later)) : w.remedyEarlier(name, duration(-later));
}

function Trials({ kill, what, trials }: { kill: KillReport; what: RemedyKind; trials: readonly RemedyTrial[] }) {
  if (trials.length === 0) return null;
  return (
    <table className="ki-trials">
      <caption className="vh">{w.remedyTable}</caption>
      <thead>
        <tr>
          <th className="l" scope="col">
            {w.remedyTried}
          </th>
          <th className="l" scope="col">
            {w.remedyCame}
          </th>
        </tr>
      </thead>
      <tbody>
        {[...trials]
          .sort((a, b) => a.extra - b.extra)
          .map((trial) => (
            <tr key={trial.extra}>
              <th className="l" scope="row">
                {trialName(what, trial.extra)}
              </th>
              <td className="l">{trialText(kill, trial)}</td>
            </tr>
          ))}
      </tbody>
    </table>
  );
}
