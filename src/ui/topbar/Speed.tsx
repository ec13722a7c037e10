import { useEffect, useState } from 'react';
import { setSpeed } from '../../actions/lab';
import { t } from '../../i18n';
import { useShown } from '../../store';

/** Virtual seconds a real second, in steps of 1, 2, 5. */
export const SPEEDS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10] as const;

/** Index of the speed nearest to `value` on the logarithmic scale. */
export function speedIndex(value: number): number {
  let best = 0;
  for (let i = 1; i < SPEEDS.length; i++) {
    if (Math.abs(Math.log(SPEEDS[i] / value)) < Math.abs(Math.log(SPEEDS[best] / value))) best = i;
  }
  return best;
}

/** "0.05", "2": as many digits as say something. */
const short = (value: number): string => String(Number(value.toPrecision(value < 1 ? 1 : 2)));

export function Speed() {
  const { asked, achieved, running } = useShown(
    (f) => ({ asked: f.speed, achieved: Number(f.achievedSpeed.toPrecision(2)), running: f.status === 'running' }),
    { asked: 1, achieved: 1, running: false },
  );
  // What the hand has set and the machine may not have confirmed yet.
  const [held, setHeld] = useState<number | null>(null);
  useEffect(() => {
    if (held === asked) setHeld(null);
  }, [held, asked]);
  const shown = held ?? asked;
  const value = t('transport.speedValue', { value: String(shown) });
  // A machine that works hard may not keep up: the number then says what it manages.
  const behind = running && held === null && achieved > 0 && achieved < asked * 0.8;
  return (
    <label className="speed">
      <span aria-hidden="true">{t('transport.speed')}</span>
      <input
        className="range"
        type="range"
        min={0}
        max={SPEEDS.length - 1}
        step={1}
        value={speedIndex(shown)}
        aria-label={t('transport.speed')}
        aria-valuetext={value}
        onChange={(e) => {
          const next = SPEEDS[Number(e.currentTarget.value)];
          setHeld(next);
          void setSpeed(next);
        }}
      />
      <span className="speed-value mono">
        {value}
        {behind && <small>{t('transport.achieved', { value: short(achieved) })}</small>}
      </span>
    </label>
  );
}
