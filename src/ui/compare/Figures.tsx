import { compareWords as w } from '../../i18n/en-compare';
import type { SideState } from '../../store/compare';
import type { Frame } from '../../worker/protocol';
import { duration, int, percent } from '../format';

type Figure = { name: string; of: (side: SideState, frame: Frame) => number; text: (n: number) => string };

const FIGURES: readonly Figure[] = [
  { name: w.free, of: (_, f) => f.kinds.free, text: int },
  { name: w.anon, of: (_, f) => f.kinds.anonActive + f.kinds.anonInactive, text: int },
  { name: w.file, of: (_, f) => f.kinds.fileActive + f.kinds.fileInactive, text: int },
  { name: w.swapUsed, of: (_, f) => f.swap.total - f.swap.free, text: int },
  { name: w.eat, of: (_, f) => f.eat.ns, text: duration },
  { name: w.psi, of: (_, f) => f.psi.fullNow, text: percent },
  {
    name: w.killed,
    of: (side, f) => side.kills.filter((k) => k.decided <= f.t).reduce((n, k) => n + k.victims.length, 0),
    text: int,
  },
];

/** The same figures of both, and how far they are apart. */
export function Figures({ sides: [a, b] }: { sides: readonly [SideState, SideState] }) {
  if (!a.frame || !b.frame) return null;
  const frames: [Frame, Frame] = [a.frame, b.frame];
  return (
    <table className="cmp-figures">
      <caption className="vh">{w.figures}</caption>
      <thead>
        <tr>
          <th scope="col">{w.figure}</th>
          <th scope="col">{w.side[0]}</th>
          <th scope="col">{w.side[1]}</th>
          <th scope="col">{w.difference}</th>
        </tr>
      </thead>
      <tbody>
        {FIGURES.map(({ name, of, text }) => {
          const [x, y] = [of(a, frames[0]), of(b, frames[1])];
          const gap = y - x;
          return (
            <tr key={name} data-differs={gap !== 0 || undefined}>
              <th scope="row">{name}</th>
              <td>{text(x)}</td>
              <td>{text(y)}</td>
              <td>{gap === 0 ? w.same : `${gap > 0 ? '+' : '−'}${text(Math.abs(gap))}`}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
