import { scaleLinear } from 'd3';
import { useStore } from 'zustand/react';
import { compareWords as w } from '../../i18n/en-compare';
import { compareStore, type SideState } from '../../store/compare';
import type { Sample } from '../../worker/protocol';
import { useSize } from '../charts/useSize';
import { int } from '../format';

const GAP = 10;
const LEFT = 92;
const AXIS = 20;
/** Points drawn of a line at most. */
const POINTS = 400;

interface Lane {
  name: string;
  of: (s: Sample) => number;
}
const LANES: readonly Lane[] = [
  { name: w.laneFree, of: (s) => s.free },
  { name: w.laneSwap, of: (s) => s.swapUsed },
  { name: w.lanePsi, of: (s) => s.psiFull },
  { name: w.laneEat, of: (s) => Math.log10(Math.max(1, s.eat)) },
];
/** Px between the labels of one side's kills; those that come sooner are lines without words. */
const LABEL = 26;

/** The same lanes of both machines over one another: A in solid lines, B in dashed ones. */
export function Lanes({ sides }: { sides: readonly [SideState, SideState] }) {
  const [box, { width, height }] = useSize<HTMLDivElement>();
  const head = useStore(compareStore, (s) => s.t);
  const end = Math.max(1e9, head, ...sides.map((s) => s.samples.at(-1)?.t ?? 0));
  const x = scaleLinear([0, end], [LEFT, Math.max(LEFT + 1, width - 8)]);
  const words = sides.map(({ frame, kills }) =>
    w.lanesPart(
      int(frame?.kinds.free ?? 0),
      int(frame ? frame.swap.total - frame.swap.free : 0),
      kills.filter((k) => k.decided <= head).length,
    ),
  );
  const lane = (height - AXIS) / LANES.length - GAP;
  const axis = x.ticks(Math.max(2, Math.floor(width / 110)));
  return (
    <div className="cmp-lanes">
      <div className="hd">
        <h2>{w.lanes}</h2>
        <span className="mut">{w.laneKey}</span>
      </div>
      <div className="cmp-picture" ref={box}>
        {width > 0 && (
          <svg width={width} height={height} role="img" aria-label={w.lanesSummary(words[0], words[1])}>
            {LANES.map(({ name, of }, i) => {
              const top = i * (lane + GAP);
              const all = sides.flatMap((s) => s.samples.map(of));
              const y = scaleLinear(
                [Math.min(0, ...all.slice(0, 1)), Math.max(1e-9, maxOf(all))],
                [top + lane, top + 2],
              );
              return (
                <g key={name}>
                  <text x="0" y={top + 14} fontSize="12" className="b">
                    {name}
                  </text>
                  <path d={`M${LEFT} ${top + lane}H${width - 8}`} stroke="var(--rule)" />
                  {sides.map((side, which) => (
                    <path
                      // biome-ignore lint/suspicious/noArrayIndexKey: A and B
                      key={which}
                      d={line(
                        side.samples,
                        (s) => x(s.t),
                        (s) => y(of(s)),
                      )}
                      fill="none"
                      stroke={which === 0 ? 'var(--ink)' : 'var(--anon-a)'}
                      strokeWidth={which === 0 ? 1.6 : 1.8}
                      strokeDasharray={which === 0 ? undefined : '5 3'}
                    />
                  ))}
                </g>
              );
            })}
            {sides.map((side, which) =>
              side.kills.map((kill, i) => (
                <g key={`${w.side[which]} ${kill.record.t}`}>
                  <path
                    d={`M${x(kill.record.t)} 0V${height - AXIS}`}
                    stroke="var(--red)"
                    strokeDasharray={which === 0 ? undefined : '5 3'}
                  />
                  {labelled(side.kills.map((k) => x(k.record.t)))[i] && (
                    <text
                      // At the right edge there is room on the other side only.
                      x={x(kill.record.t) + (x(kill.record.t) > width - 40 ? -3 : 3)}
                      textAnchor={x(kill.record.t) > width - 40 ? 'end' : 'start'}
                      y={which === 0 ? 11 : 23}
                      fontSize="11"
                      className="b kill"
                    >
                      ✕ {w.side[which]}
                    </text>
                  )}
                </g>
              )),
            )}
            <path d={`M${x(head)} 0V${height - AXIS}`} stroke="var(--ink)" strokeWidth="2" />
            {axis.map((at) => (
              <text key={at} x={x(at)} y={height - 5} fontSize="11" textAnchor="middle" className="s3">
                {at / 1e9}
              </text>
            ))}
          </svg>
        )}
      </div>
    </div>
  );
}

/** Which of the kills at these places, px from left to right, have room for their label. */
function labelled(places: readonly number[]): boolean[] {
  let end = Number.NEGATIVE_INFINITY;
  return places.map((place) => {
    if (place < end) return false;
    end = place + LABEL;
    return true;
  });
}

function maxOf(values: readonly number[]): number {
  let most = 0;
  for (const v of values) if (v > most) most = v;
  return most;
}

function line(samples: readonly Sample[], x: (s: Sample) => number, y: (s: Sample) => number): string {
  const every = Math.max(1, Math.ceil(samples.length / POINTS));
  let path = '';
  for (let i = 0; i < samples.length; i += every) {
    path += `${i === 0 ? 'M' : 'L'}${x(samples[i]).toFixed(1)} ${y(samples[i]).toFixed(1)}`;
  }
  return path;
}
