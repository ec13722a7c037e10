import { t } from '../../i18n';
import { hoverKind, type MarkKind } from '../../store';
import type { ProcFrame } from '../../worker/protocol';
import { pages } from '../format';
import { usePointing } from './usePointing';

type Held = Pick<ProcFrame, 'rssAnon' | 'rssFile' | 'rssShmem' | 'swap' | 'pgtables'>;

/** What a process's points count, in pages and in the order of the bars. */
export const held = (p: Held): number => p.rssAnon + p.rssFile + p.rssShmem + p.pgtables + p.swap;

const parts = (p: Held) =>
  [
    { key: 'anon', n: p.rssAnon },
    { key: 'file', n: p.rssFile },
    { key: 'shm', n: p.rssShmem },
    { key: 'pt', n: p.pgtables },
    { key: 'swap', n: p.swap },
  ] as const;

/** Parts of a bar that are one kind of page: anonymous and file pages are on active or inactive lists. */
const KIND: Partial<Record<string, MarkKind>> = { shm: 'shmem', pt: 'pagetables', swap: 'swap' };

/** "anon 248 MiB, swap 140 MiB". */
export function heldText(p: Held): string {
  return (
    parts(p)
      .filter(({ n }) => n > 0)
      .map(({ key, n }) => `${t(`kind.${key}`)} ${pages(n)}`)
      .join(', ') || t('processes.holds')
  );
}

interface Props {
  proc: Held;
  /** Pages that the whole width stands for. */
  scale: number;
  /** Points from oom_score_adj: memory that nobody holds, drawn hollow. */
  adjPoints?: number;
  className?: string;
}

/** RAM by kind, then page tables, then swap (hatched), on one scale with its neighbours. */
export function MemoryBar({ proc, scale, adjPoints = 0, className = 'rss' }: Props) {
  // Finer than that nothing is seen.
  const share = (n: number) => `${((100 * n) / scale).toFixed(1)}%`;
  const solid = held(proc);
  const { enter, leave } = usePointing(
    () => {},
    () => hoverKind(null),
  );
  return (
    <span className={className} role="img" aria-label={heldText(proc)} onPointerEnter={enter} onPointerLeave={leave}>
      {parts(proc).map(({ key, n }) => (
        <i
          key={key}
          className={`k-${key}`}
          style={{ width: share(n) }}
          data-empty={n === 0 || undefined}
          onPointerEnter={() => hoverKind(KIND[key] ?? null)}
          onPointerLeave={() => hoverKind(null)}
        />
      ))}
      {adjPoints > 0 && <i className="k-adj" style={{ width: share(adjPoints) }} />}
      {adjPoints < 0 && (
        <i
          className="k-adj k-adj-less"
          style={{ width: share(Math.min(-adjPoints, solid)), marginLeft: share(-Math.min(-adjPoints, solid)) }}
        />
      )}
    </span>
  );
}
