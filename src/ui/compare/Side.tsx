import { t } from '../../i18n';
import { compareWords as w } from '../../i18n/en-compare';
import { hoverKind, useSelection } from '../../store';
import type { SideState } from '../../store/compare';
import type { Frame, Kind, ProcFrame } from '../../worker/protocol';
import { FADED, KIND_LOOK } from '../charts/kinds';
import { Chip } from '../controls/Chip';
import { held, MemoryBar } from '../controls/MemoryBar';
import { useGone } from '../controls/usePointing';
import { durationParts, int, pages, seconds } from '../format';
import { orderProcesses } from '../processes/order';

/** From the top of the pyramid down. */
const ORDER: readonly Kind[] = [
  'free',
  'pcp',
  'fileInactive',
  'fileActive',
  'shmem',
  'anonInactive',
  'anonActive',
  'mlocked',
  'slab',
  'pagetables',
  'kernel',
  'reserved',
];
const ROWS = 8;
const HEIGHT = 34;

/** RAM and swap as one strip each, on one scale for both machines: as wide as its pages. */
export function Strata({ letter, frame, scale }: { letter: string; frame: Frame; scale: number }) {
  const hovered = useSelection((s) => s.hoveredKind);
  const share = (n: number): number => (100 * n) / Math.max(1, scale);
  useGone(hoverKind);
  let x = 0;
  const parts = ORDER.filter((kind) => frame.kinds[kind] > 0);
  const words = parts.map((kind) => `${t(KIND_LOOK[kind].name)} ${pages(frame.kinds[kind])}`).join(', ');
  const used = frame.swap.total - frame.swap.free;
  const { value, unit } = durationParts(frame.eat.ns);
  return (
    <div className="cmp-memory">
      <p className="cmp-eat">
        <b>{value}</b> {unit}
      </p>
      <div>
        <svg width="100%" height={HEIGHT} role="img" aria-label={w.strata(letter, words)}>
          {parts.map((kind) => {
            const at = x;
            x += share(frame.kinds[kind]);
            return (
              <rect
                key={kind}
                x={`${at}%`}
                width={`${share(frame.kinds[kind])}%`}
                height={HEIGHT}
                fill={KIND_LOOK[kind].fill}
                stroke="var(--side)"
                strokeWidth="0.5"
                opacity={hovered === null || hovered === kind ? 1 : FADED}
                onPointerEnter={() => hoverKind(kind)}
                onPointerLeave={() => hoverKind(null)}
              >
                <title>{`${t(KIND_LOOK[kind].name)} ${pages(frame.kinds[kind])}`}</title>
              </rect>
            );
          })}
        </svg>
        {frame.swap.total > 0 && (
          <svg
            width="100%"
            height="14"
            role="img"
            aria-label={`${w.swap}: ${pages(used)} / ${pages(frame.swap.total)}`}
          >
            <rect width={`${share(frame.swap.total)}%`} height="14" fill="var(--well)" />
            <rect width={`${share(used)}%`} height="14" fill="url(#k-swap)" />
          </svg>
        )}
        <p className="mut small">
          {w.ram} {pages(frame.machine.present)}
          {frame.swap.total > 0 && `, ${w.swap} ${pages(used)} / ${pages(frame.swap.total)}`}
        </p>
      </div>
    </div>
  );
}

const killedUpTo = ({ kills, frame }: SideState): { t: number; pid: number; comm: string }[] =>
  kills
    .filter((kill) => kill.decided <= (frame?.t ?? 0))
    .flatMap((kill) => kill.victims.map((v) => ({ t: kill.record.t, ...v })));

/** Who has been killed so far; marked where the other machine has spared it. */
export function Kills({ side, other }: { side: SideState; other: SideState }) {
  const mine = killedUpTo(side);
  const theirs = killedUpTo(other);
  return (
    <div className="cmp-kills">
      <h2>{w.kills}</h2>
      {mine.length === 0 ? (
        <p className="sub">{w.noKills}</p>
      ) : (
        <ul>
          {mine.map(({ t: at, pid, comm }) => (
            <li key={`${at} ${pid}`}>
              <span className="st dead">✕ {w.killAt(seconds(at), comm)}</span>{' '}
              {!theirs.some((v) => v.comm === comm && v.pid === pid) && (
                <span className="cmp-mark">≠ {w.diesOnlyHere}</span>
              )}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

const alive = (p: ProcFrame): boolean => p.state !== 'killed' && p.state !== 'exited' && p.never !== 'kthread';

/** Processes by badness, each with what it has more or fewer points than in the other machine. */
export function Ranking({ letter, frame, other }: { letter: string; frame: Frame; other: Frame | null }) {
  const rows = orderProcesses(frame.procs)
    .filter((p) => alive(p) && p.points !== null)
    .slice(0, ROWS);
  const scale = Math.max(1, ...frame.procs.map(held), ...(other?.procs.map(held) ?? []));
  return (
    <ol className="cmp-procs" aria-label={w.processes(letter)}>
      {rows.map((p) => {
        const twin = other?.procs.find((q) => q.pid === p.pid && q.comm === p.comm && alive(q));
        const more = (p.points ?? 0) - (twin?.points ?? 0);
        return (
          <li key={p.pid} data-candidate={p.pid === frame.candidate || undefined}>
            <Chip proc={p} />
            <span className="cmp-name">
              {p.comm} <i>{p.pid}</i>
            </span>
            <MemoryBar proc={p} scale={scale} adjPoints={p.adjPoints} />
            <b className="num">{int(p.points ?? 0)}</b>
            <span className="cmp-mark num">
              {!other ? '' : !twin ? `≠ ${w.onlyHere}` : more === 0 ? '' : w.more(more)}
            </span>
            {p.pid === frame.candidate && <span className="vh">{w.candidate}</span>}
          </li>
        );
      })}
    </ol>
  );
}
