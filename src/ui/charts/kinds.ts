/** How kinds of pages look: the same everywhere on the page. */
import type { Key } from '../../i18n';
import type { MarkKind } from '../../store';

export interface KindLook {
  /** CSS paint for SVG. */
  fill: string;
  /** Custom property of the plain colour, for canvases. */
  color: string;
  /** Custom property of text on the fill. */
  on: string;
  name: Key;
}

export const KIND_LOOK: Record<MarkKind, KindLook> = {
  free: { fill: 'var(--free-wash)', color: '--free', on: '--ink', name: 'kind.free' },
  pcp: { fill: 'url(#k-pcp)', color: '--free', on: '--ink', name: 'kind.pcp' },
  fileInactive: { fill: 'var(--file-i)', color: '--file-i', on: '--on-file-i', name: 'kind.fileInactive' },
  fileActive: { fill: 'var(--file-a)', color: '--file-a', on: '--on-file-a', name: 'kind.fileActive' },
  shmem: { fill: 'url(#k-shmem)', color: '--shm', on: '--on-shm', name: 'kind.shmem' },
  anonInactive: { fill: 'var(--anon-i)', color: '--anon-i', on: '--on-anon-i', name: 'kind.anonInactive' },
  anonActive: { fill: 'var(--anon-a)', color: '--anon-a', on: '--on-anon-a', name: 'kind.anonActive' },
  mlocked: { fill: 'url(#k-mlocked)', color: '--anon-a', on: '--on-anon-a', name: 'kind.mlocked' },
  slab: { fill: 'var(--slab)', color: '--slab', on: '--on-slab', name: 'kind.slab' },
  pagetables: { fill: 'var(--kern)', color: '--kern', on: '--on-kern', name: 'kind.pagetables' },
  kernel: { fill: 'var(--kern)', color: '--kern', on: '--on-kern', name: 'kind.kernel' },
  reserved: { fill: 'url(#k-reserved)', color: '--kern', on: '--ink', name: 'kind.reserved' },
  swap: { fill: 'url(#k-swap)', color: '--anon-a', on: '--ink', name: 'kind.swap' },
};

/** How much of its colour a mark keeps while another kind is pointed at. */
export const FADED = 0.35;

/** Opacity of a mark of `kinds` while `hovered` is pointed at. */
export function fade(kinds: readonly MarkKind[], hovered: MarkKind | null): number {
  return hovered === null || kinds.includes(hovered) ? 1 : FADED;
}
