import { type Key, t } from '../../i18n';
import { hoverKind, type MarkKind, useSelection } from '../../store';
import { KIND_LOOK } from '../charts/kinds';
import { useGone } from '../controls/usePointing';

const ITEMS: { kind: MarkKind; name: Key; shows: readonly MarkKind[] }[] = [
  { kind: 'anonActive', name: 'legend.anonActive', shows: ['anonActive'] },
  { kind: 'anonInactive', name: 'legend.anonInactive', shows: ['anonInactive'] },
  { kind: 'mlocked', name: 'kind.mlocked', shows: ['mlocked'] },
  { kind: 'shmem', name: 'kind.shmem', shows: ['shmem'] },
  { kind: 'fileActive', name: 'legend.fileActive', shows: ['fileActive'] },
  { kind: 'fileInactive', name: 'legend.fileInactive', shows: ['fileInactive'] },
  { kind: 'slab', name: 'kind.slab', shows: ['slab'] },
  { kind: 'kernel', name: 'legend.kernel', shows: ['kernel', 'pagetables'] },
  { kind: 'free', name: 'kind.free', shows: ['free', 'pcp'] },
  { kind: 'swap', name: 'kind.swap', shows: ['swap'] },
];

/** What the fills mean. Pointing at one, or moving the focus to it, fades all other marks of the page. */
export function Legend() {
  const hovered = useSelection((s) => s.hoveredKind);
  useGone(hoverKind);
  return (
    <ul className="hero-legend" aria-label={t('legend.label')}>
      {ITEMS.map(({ kind, name, shows }) => (
        <li key={kind}>
          <button
            type="button"
            data-kind={kind}
            // Beside its neighbour "inactive" says of what; heard alone it does not.
            aria-label={kind === 'anonInactive' || kind === 'fileInactive' ? t(KIND_LOOK[kind].name) : undefined}
            data-faded={hovered !== null && !shows.includes(hovered) ? '' : undefined}
            aria-pressed={hovered === kind}
            onPointerEnter={() => hoverKind(kind)}
            onPointerLeave={() => hoverKind(null)}
            onFocus={() => hoverKind(kind)}
            onBlur={() => hoverKind(null)}
          >
            <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
              <rect
                x="0.75"
                y="0.75"
                width="10.5"
                height="10.5"
                rx="1.5"
                fill={KIND_LOOK[kind].fill}
                stroke={kind === 'swap' ? 'none' : `var(${KIND_LOOK[kind].color})`}
                strokeWidth="1.5"
              />
            </svg>
            {t(name)}
          </button>
        </li>
      ))}
    </ul>
  );
}
