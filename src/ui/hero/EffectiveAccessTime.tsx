import { line } from 'd3';
import { useEffect, useRef } from 'react';
import { t } from '../../i18n';
import { useShown } from '../../store';
import { createPainter } from '../charts/painter';
import { dec, duration, durationParts, int, percent } from '../format';
import { subscribe } from '../frameLoop';

const WIDTH = 80;
const HEIGHT = 34;
/** Under the curve: the value it begins with. */
const BASE = 13;

/** "43× slower than RAM", with a decimal as long as it matters. */
export function slowdown(ns: number, ramNs: number): string {
  const n = ramNs > 0 ? ns / ramNs : 1;
  if (n < 1.05) return t('eat.same');
  return t('eat.slower', { n: n < 10 ? dec(n, 1) : int(n) });
}

/** "4.2 % of accesses wait for the disk:"; a share that small as to read "0.00 %" is told as one in so many. */
export function waiting(p: number): string {
  if (p <= 0) return t('eat.noWait');
  return p >= 0.001 ? t('eat.wait', { share: percent(p) }) : t('eat.waitOne', { n: Number((1 / p).toPrecision(2)) });
}

/** The arithmetic: "0.958 × 100 ns" and "+ 0.042 × 100 µs". The share has two digits that say something. */
export function arithmetic(p: number, ramNs: number, swapNs: number): [string, string] {
  const digits = Math.min(9, Math.max(3, Math.ceil(-Math.log10(p)) + 1));
  return [
    t('eat.hit', { hit: dec(1 - p, digits), ram: duration(ramNs) }),
    t('eat.miss', { miss: dec(p, digits), swap: duration(swapNs) }),
  ];
}

/** The one big figure: how long the machine's accesses to memory take, all in all. */
export function EffectiveAccessTime() {
  const { ns, p, ramNs, swapNs, psiFull } = useShown((f) => ({ ...f.eat, psiFull: f.psi.fullNow, history: 0 }), {
    ns: 0,
    p: 0,
    ramNs: 0,
    swapNs: 0,
    psiFull: 0,
    history: 0,
  });
  // Nothing to tell before the machine has said something.
  if (ns === 0) return null;
  const { value, unit } = durationParts(ns);
  const sum = p > 0 ? arithmetic(p, ramNs, swapNs) : null;
  return (
    <section className="eat" data-region="effective-access-time" aria-label={t('eat.title')}>
      <h2>{t('eat.title')}</h2>
      <div className="eat-row">
        <p className="eat-figure">
          {value}
          <span>{unit}</span>
        </p>
        <Sparkline />
      </div>
      <p className="eat-slower">{slowdown(ns, ramNs)}</p>
      <p className="eat-psi">{t('eat.psi', { share: percent(psiFull) })}</p>
      <p className="eat-sum">
        <span className="eat-wait">{waiting(p)}</span>
        {sum && (
          <>
            <span>{sum[0]} </span>
            <span>{sum[1]} </span>
          </>
        )}
      </p>
    </section>
  );
}

/** The last 2 s on a logarithmic scale; one decade is the least it spans. */
function Sparkline() {
  const ref = useRef<SVGSVGElement>(null);
  const label = useShown(
    (f) => t('eat.history', { from: duration(f.eat.history[0] ?? f.eat.ns), to: duration(f.eat.ns) }),
    '',
  );
  useEffect(() => {
    if (!ref.current) return;
    const painter = createPainter(ref.current);
    const end = subscribe((frame, _now, { marks }) => {
      if (!marks) return;
      const { ns, ramNs, history } = frame.eat;
      const every = Math.ceil(history.length / WIDTH);
      const values = [...history.filter((_, i) => i % every === 0), ns].map((v) => Math.max(1, v));
      const low = Math.max(1, Math.min(ramNs || 1, ...values));
      const decades = Math.log(Math.max(low * 10, ...values) / low);
      const y = (v: number) => HEIGHT - 3 - ((HEIGHT - 8) * Math.log(v / low)) / decades;
      const x = (i: number) => 2 + (values.length > 1 ? (i / (values.length - 1)) * (WIDTH - 8) : 0);
      painter.begin();
      const curve = line<number>((_, i) => x(i), y)(values) ?? '';
      painter.path('fill', `${curve}V${HEIGHT - 3}H2Z`, { fill: 'var(--well)' });
      painter.path('line', curve, {
        fill: 'none',
        stroke: 'var(--ink)',
        'stroke-width': 2,
        'stroke-linejoin': 'round',
      });
      painter.el('now', 'circle', {
        cx: x(values.length - 1),
        cy: y(values[values.length - 1]),
        r: 3.5,
        fill: 'var(--ink)',
      });
      painter.text('base', 2, HEIGHT + BASE - 3, duration(values[0]), { 'font-size': 11, class: 's2' });
      painter.end();
    });
    return () => {
      end();
      painter.clear();
    };
  }, []);
  return (
    <svg
      ref={ref}
      className="eat-spark"
      width={WIDTH}
      height={HEIGHT + BASE}
      viewBox={`0 0 ${WIDTH} ${HEIGHT + BASE}`}
      role="img"
      aria-label={label}
    />
  );
}
