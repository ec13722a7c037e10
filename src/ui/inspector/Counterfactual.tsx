import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { Button } from 'react-aria-components';
import { replayAfter, whatIf } from '../../actions/inspector';
import { inspectorWords as w } from '../../i18n/en-inspector';
import { refusalText } from '../../i18n/errors';
import type { OomRecord } from '../../linux/include/kernel';
import { chosenWith, pointsWith, type VictimStretch, victimStrip } from '../../linux/mm/oom_kill/choose';
import { rulesOf } from '../../linux/versions/oom_rules';
import { RefusalError } from '../../machine/commands';
import { useShown } from '../../store';
import type { KillReport, WhatIf } from '../../worker/protocol';
import { duration, int, pages, seconds } from '../format';
import { ADJ_MAX, ADJ_MIN, adjKey } from '../processes/AdjControl';
import { victimName } from './headline';
import { Remedies } from './Remedies';
import { nameIn, ranked } from './walk';

/** Another value is computed when the hand has rested for so long, ms. */
const REST_MS = 350;
/** Other processes that could have died. */
const OTHERS = 3;

interface Props {
  kill: KillReport;
  /** The next OOM of the run as it was, where it is known. */
  next: KillReport | undefined;
}

type Answer = { adj: number; result: WhatIf } | { adj: number; why: string };

const dies = (record: OomRecord, pid: number): string => (pid < 0 ? w.panics : w.dies(nameIn(record, pid)));

/** Who would have died with another oom_score_adj, and what would have come of it, gone through again by the machine. */
export function Counterfactual({ kill, next }: Props) {
  const { record } = kill;
  const candidates = record.walk.filter((c) => c.skip === '' || c.skip === 'oom_score_adj');
  const [pid, setPid] = useState(record.chosen >= 0 ? record.chosen : (candidates[0]?.pid ?? -1));
  const task = record.walk.find((c) => c.pid === pid);
  const strip = task ? victimStrip(record, pid) : [];
  const was = task?.oomScoreAdj ?? 0;
  const turning = turningPoint(strip, record.chosen, pid, was);
  const [adj, setAdj] = useState<number | null>(null);
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [asked, setAsked] = useState<number | null>(null);
  const id = useId();
  const alive = useRef(true);
  useEffect(() => {
    alive.current = true;
    return () => {
      alive.current = false;
    };
  }, []);

  // What is shown at the start is computed too, but not beside a machine that runs, nor before what was asked for.
  const atRest = useShown((f) => f.status === 'paused', false);
  const [auto, setAuto] = useState(true);
  const wanted = adj ?? (auto && atRest && answer === null ? turning : null);
  // A value that has been set and left for a moment is gone through by the machine.
  useEffect(() => {
    if (wanted === null || wanted === was) return;
    const timer = setTimeout(() => void compute(wanted), REST_MS);
    async function compute(value: number) {
      setAsked(value);
      try {
        const result = await whatIf(kill.before, pid, value);
        if (alive.current) setAnswer({ adj: value, result });
      } catch (error) {
        if (!(error instanceof RefusalError)) throw error;
        // Superseded: something else has been asked for in the meantime.
        if (alive.current && error.refusal.code !== 'superseded')
          setAnswer({ adj: value, why: refusalText(error.refusal) });
      }
      if (alive.current) setAsked((now) => (now === value ? null : now));
    }
    return () => clearTimeout(timer);
  }, [wanted, pid, was, kill.before]);

  if (!task) return null;
  const shown = adj ?? turning ?? was;
  const choose = (other: number, value: number | null) => {
    setPid(other);
    setAdj(value);
    setAnswer(null);
    setAsked(null);
  };
  const key = (e: KeyboardEvent<HTMLInputElement>) => {
    const to = adjKey(e.key, e.shiftKey, shown);
    if (to === null) return;
    e.preventDefault();
    e.stopPropagation();
    setAdj(to);
  };
  const current = answer?.adj === shown ? answer : null;
  return (
    <section data-region="counterfactual" aria-labelledby={`${id}-h`}>
      <div className="hd">
        <h2 id={`${id}-h`}>{w.what}</h2>
      </div>
      <p className="ki-verdict">{verdict(record, pid, turning)}</p>
      <p className="ki-then">{comparison(record, pid, shown)}</p>
      {rulesOf(record).badness.sacrificeChild && <p className="mut">{w.childInstead}</p>}
      <label className="ki-whose">
        {w.whose}{' '}
        <select className="field" value={pid} onChange={(e) => choose(Number(e.currentTarget.value), null)}>
          {candidates.map((c) => (
            <option key={c.pid} value={c.pid}>
              {c.comm} ({c.pid})
            </option>
          ))}
        </select>
        <output className="mono">{int(shown)}</output>
      </label>
      <Strip record={record} strip={strip} pid={pid} was={was} />
      <div className="ki-try">
        <input
          className="range"
          type="range"
          min={ADJ_MIN}
          max={ADJ_MAX}
          value={shown}
          aria-label={w.slider(nameIn(record, pid))}
          aria-valuetext={w.sliderValue(int(shown), dies(record, chosenWith(record, pid, shown)))}
          onChange={(e) => setAdj(Number(e.currentTarget.value))}
          onKeyDown={key}
        />
      </div>
      <div className="ki-answer" role="status" aria-busy={asked !== null}>
        {asked !== null && !current && <p className="sub">{w.computing}</p>}
        {current && 'why' in current && <p className="error">{w.failed(current.why)}</p>}
        {current && 'result' in current && (
          <>
            <p className="mut">{w.computed(int(current.adj))}</p>
            <Consequence
              kills={current.result.kills}
              panic={current.result.panic}
              until={current.result.t}
              since={record.t}
            />
            {next && record.chosen >= 0 && kill.exitedAt >= 0 && (
              <>
                <p className="mut">{w.asItWas}</p>
                <Consequence kills={[kill, next]} panic="" until={next.record.t} since={record.t} />
              </>
            )}
          </>
        )}
      </div>
      <Others record={record} pid={pid} onChoose={choose} />
      <Button
        className="btn solid ki-replay"
        isDisabled={shown === was}
        onPress={() => void replayAfter(kill.before, { op: 'oom_score_adj', pid, value: shown })}
      >
        {w.replay(seconds(kill.before), int(shown))}
      </Button>
      <p className="mut small">{w.replayHint}</p>
      <Remedies kill={kill} onAsk={() => setAuto(false)} />
    </section>
  );
}

/**
 * The adj at which the outcome changes: for the victim the highest that saves it, for another process the least that
 * makes it the victim; null when there is none.
 */
export function turningPoint(strip: readonly VictimStretch[], victim: number, pid: number, was: number): number | null {
  if (pid === victim) {
    const spared = strip.filter(({ dies: who, to }) => who !== pid && to < was);
    return spared.length > 0 ? spared[spared.length - 1].to : null;
  }
  return strip.find(({ dies: who }) => who === pid)?.from ?? null;
}

function verdict(record: OomRecord, pid: number, turning: number | null) {
  const name = nameIn(record, pid);
  if (pid !== record.chosen) return turning === null ? w.neverDies(name) : w.diesAt(name, int(turning));
  if (turning === null || turning === ADJ_MIN) return w.always(name);
  const heir = chosenWith(record, pid, turning);
  return `${w.lives(name, int(turning))} ${heir < 0 ? '' : w.diesInstead(nameIn(record, heir))}`;
}

/** The points of the process with that adj, against those of the strongest other one. */
function comparison(record: OomRecord, pid: number, adj: number): string {
  const c = record.walk.find((it) => it.pid === pid);
  const other = ranked(record).find((it) => it.pid !== pid);
  if (!c || !other) return '';
  const points = pointsWith(record, c, adj);
  return Number.isFinite(points)
    ? w.comparison(nameIn(record, pid), int(points), nameIn(record, other.pid), int(other.points))
    : '';
}

const place = (adj: number): string => `${(100 * (adj - ADJ_MIN)) / (ADJ_MAX - ADJ_MIN)}%`;
/** Narrower than this, in points of adj, a stretch has no room for words. */
const WORDS = 420;

function Strip({ record, strip, pid, was }: { record: OomRecord; strip: VictimStretch[]; pid: number; was: number }) {
  const parts = strip.map(({ from, to, dies: who }) => w.stripPart(int(from), int(to), dies(record, who))).join('; ');
  return (
    <div className="ki-strip" role="img" aria-label={w.strip(nameIn(record, pid), parts)}>
      <div className="ki-edges">
        {strip.slice(1).map(
          ({ from }, i) =>
            // The end of the scale has its number below.
            strip[i].to > ADJ_MIN && (
              <span key={from} style={{ left: place(from) }}>
                {int(strip[i].to)}
              </span>
            ),
        )}
      </div>
      <div className="ki-bands">
        {strip.map(({ from, to, dies: who }) => (
          <span
            key={from}
            className={who === record.chosen ? 'kills' : ''}
            style={{ left: place(from), width: `${(100 * (to - from + 1)) / (ADJ_MAX - ADJ_MIN + 1)}%` }}
          >
            {to - from >= WORDS && dies(record, who)}
          </span>
        ))}
      </div>
      <div className="ki-scale">
        <span>{int(ADJ_MIN)}</span>
        <span className="ki-was" style={{ left: place(was) }}>
          {w.nowAt(int(was))}
        </span>
        <span>{int(ADJ_MAX)}</span>
      </div>
    </div>
  );
}

interface ConsequenceProps {
  kills: readonly KillReport[];
  panic: string;
  /** ns up to which it is known. */
  until: number;
  since: number;
}

/** What a kill freed, and when the next OOM came. */
export function Consequence({ kills, panic, until, since }: ConsequenceProps) {
  const [first, second] = kills;
  if (!first) return <p>{panic ? w.nextPanic : w.noOom(duration(until - since))}</p>;
  const { after, record } = first;
  // What has come back, but for what others have taken in the meantime.
  const freed = after.free.length > 1 ? Math.max(...after.free) - after.free[0] : 0;
  const fate =
    second && second.record.chosen >= 0
      ? w.nextOom(duration(second.record.t - record.t), victimName(second))
      : panic || second
        ? w.nextPanic
        : w.noNextOom(duration(until - record.t));
  return (
    <p>
      {record.chosen >= 0 && (
        <b>{w.frees(record.walk.length > 0 ? nameIn(record, record.chosen) : victimName(first), pages(freed))}</b>
      )}{' '}
      {record.chosen >= 0 ? fate : w.nextPanic}
    </p>
  );
}

/** The same for those that came next: at which adj each of them would have been the one. */
function Others({
  record,
  pid,
  onChoose,
}: {
  record: OomRecord;
  pid: number;
  onChoose: (pid: number, adj: number) => void;
}) {
  const others = ranked(record)
    .filter((c) => c.pid !== record.chosen && c.pid !== pid)
    .slice(0, OTHERS)
    .map((c) => ({ c, at: turningPoint(victimStrip(record, c.pid), record.chosen, c.pid, c.oomScoreAdj) }))
    .filter(({ at }) => at !== null);
  if (others.length === 0) return null;
  return (
    <ul className="ki-others" aria-label={w.others}>
      {others.map(({ c, at }) => (
        <li key={c.pid}>
          <Button className="btn ki-other" onPress={() => onChoose(c.pid, at as number)}>
            <b>{w.otherAdj(nameIn(record, c.pid), int(c.oomScoreAdj), int(at as number))}</b>
            <span>{w.diesInstead(nameIn(record, c.pid))}</span>
          </Button>
        </li>
      ))}
    </ul>
  );
}
