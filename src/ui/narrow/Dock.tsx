import { reset, seek, step, stepBack } from '../../actions/lab';
import { t } from '../../i18n';
import { oomVictim } from '../../linux/include/oom';
import { useRun, useSettings, useShown } from '../../store';
import type { Frame } from '../../worker/protocol';
import { Chip } from '../controls/Chip';
import { IconButton } from '../controls/IconButton';
import { held, MemoryBar } from '../controls/MemoryBar';
import { durationParts, int, percent, seconds } from '../format';
import { slowdown } from '../hero/EffectiveAccessTime';
import { WhyButton } from '../inspector/WhyButton';
import { doomedPid, isFresh } from '../processes/Processes';
import { RunUntil } from '../topbar/RunUntil';
import { RunButton } from '../topbar/Transport';

const WIDTH = 358;
const HEIGHT = 30;

/** What a phone shows under every region: access time, candidate, scrubber and transport. */
export function Dock() {
  const tab = useSettings((s) => s.phoneTab);
  return (
    <div className="dock">
      {tab !== 'memory' && <AccessTime />}
      <Candidate />
      <Scrubber />
      <div className="dock-transport">
        <IconButton
          className="btn soft touch dock-reset"
          icon="reset"
          label={t('transport.reset')}
          onPress={() => void reset()}
        />
        <IconButton
          className="btn soft touch"
          icon="back"
          label={t('transport.stepBack')}
          onPress={() => void stepBack()}
        />
        <RunButton className="btn solid run touch" />
        <IconButton className="btn soft touch" icon="step" label={t('transport.step')} onPress={() => void step()} />
        <RunUntil className="btn soft touch" label={t('transport.untilShort')} />
      </div>
    </div>
  );
}

function AccessTime() {
  const { ns, ramNs, full } = useShown((f) => ({ ns: f.eat.ns, ramNs: f.eat.ramNs, full: f.psi.fullNow }), {
    ns: 0,
    ramNs: 1,
    full: 0,
  });
  const { value, unit } = durationParts(ns);
  return (
    <div className="dock-eat">
      <div>
        <span className="sub small">{t('phone.eat')}</span>
        <b>
          {value} <small>{unit}</small>
        </b>
      </div>
      <span className="sub">
        {slowdown(ns, ramNs)}
        <br />
        {t('phone.psi', { p: percent(full) })}
      </span>
    </div>
  );
}

/** The latest kill whose victim still holds memory: at a group's limit it need not be who would be next on the machine. */
const unfinished = (f: Frame) =>
  f.oomRecords.findLast((r) => f.procs.some((p) => p.pid === oomVictim(r) && p.state === 'exiting'));

function Candidate() {
  const killedAt = useShown((f) => unfinished(f)?.t ?? -1, -1);
  const proc = useShown((f) => {
    const record = unfinished(f);
    const pid = record ? oomVictim(record) : doomedPid(f);
    return f.procs.find((p) => p.pid === pid) ?? null;
  }, null);
  const idle = useShown((f) => f.procs.every((p) => p.never === 'init'), true);
  const fresh = useShown(isFresh, true);
  if (fresh) return <p className="sub dock-candidate">{t('intro.phone')}</p>;
  if (!proc) return <p className="sub dock-candidate">{t(idle ? 'processes.none' : 'processes.nobody')}</p>;
  return (
    <div className="dock-candidate">
      <p className="flag">
        {killedAt >= 0 ? (
          <>
            {t('processes.killedAt', { t: seconds(killedAt) })} <WhyButton pid={proc.pid} name={proc.comm} />
          </>
        ) : (
          t('processes.wouldDie')
        )}
      </p>
      <div className="dock-who">
        <Chip proc={proc} />
        <b>{proc.comm}</b>
        <span className="mut">{proc.pid}</span>
        <span className="grow" />
        <b>{int(proc.points ?? 0)}</b>
      </div>
      <MemoryBar proc={proc} scale={Math.max(1, held(proc))} />
    </div>
  );
}

/** The whole run on one line: free pages behind it, kills across it. */
function Scrubber() {
  const head = useShown((f) => f.t, 0);
  const known = useShown((f) => Math.max(f.known, f.t), 0);
  const samples = useRun((s) => s.samples);
  const events = useRun((s) => s.events);
  const end = Math.max(known, 1);
  let most = 1;
  for (const s of samples) most = Math.max(most, s.free);
  const x = (time: number) => (WIDTH * time) / end;
  const every = Math.max(1, Math.ceil(samples.length / 180));
  const points = samples
    .filter((_, i) => i % every === 0)
    .map((s) => `${x(s.t).toFixed(1)},${(HEIGHT - (HEIGHT * s.free) / most).toFixed(1)}`);
  return (
    <div className="scrubber" data-empty={known === 0 || undefined}>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        <polyline points={points.join(' ')} className="scrub-free" />
        {events
          .filter((e) => e.kind === 'kill')
          .map((e) => (
            <path key={`${e.t}-${e.pid}`} d={`M${x(e.t)} 0V${HEIGHT}`} className="scrub-kill" />
          ))}
      </svg>
      <input
        className="range"
        type="range"
        min={0}
        max={Math.ceil(end / 1e6)}
        value={Math.round(head / 1e6)}
        aria-label={t('phone.scrub')}
        aria-valuetext={t('phone.scrubValue', { t: seconds(head), known: seconds(end, 1) })}
        onChange={(e) => void seek(Number(e.currentTarget.value) * 1e6)}
      />
    </div>
  );
}
