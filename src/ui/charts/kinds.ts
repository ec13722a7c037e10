/** How kinds of pages look: the same everywhere on the page. */
import type { Key } from '../../i18n';
import { isWithin, type MarkKind, selectionStore } from '../../store';
import type { Frame, ProcFrame } from '../../worker/protocol';

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

/** What is pointed at: a kind, the kinds of pages that a process has, or nothing. */
export type Pointed = MarkKind | readonly MarkKind[] | null;

/** Opacity of a mark of `kinds` while something is pointed at. */
export function fade(kinds: readonly MarkKind[], pointed: Pointed): number {
  if (pointed === null) return 1;
  const kept = typeof pointed === 'string' ? kinds.includes(pointed) : kinds.some((kind) => pointed.includes(kind));
  return kept ? 1 : FADED;
}

/** Kinds that a process has pages of. Which of its pages are active only the lists know: both are its. */
export function kindsOf(p: ProcFrame): MarkKind[] {
  const kinds: MarkKind[] = [];
  if (p.rssAnon > 0) kinds.push('anonActive', 'anonInactive', 'mlocked');
  if (p.rssFile > 0) kinds.push('fileActive', 'fileInactive');
  if (p.rssShmem > 0) kinds.push('shmem');
  if (p.pgtables > 0) kinds.push('pagetables');
  if (p.swap > 0) kinds.push('swap');
  return kinds;
}

/** The process that is pointed at, or those of the group that is; null = neither. */
export function pointedProcs(frame: Frame): ProcFrame[] | null {
  const { hoveredPid, hoveredGroup } = selectionStore.getState();
  if (hoveredPid !== null) {
    const proc = frame.procs.find((p) => p.pid === hoveredPid);
    return proc ? [proc] : null;
  }
  return hoveredGroup === null ? null : frame.procs.filter((p) => isWithin(p.cgroup, hoveredGroup));
}

/** What the pointer or the focus is on, as far as pictures of memory are concerned. */
export function pointedAt(frame: Frame): Pointed {
  const { hoveredKind } = selectionStore.getState();
  const procs = hoveredKind === null ? pointedProcs(frame) : null;
  return procs === null ? hoveredKind : [...new Set(procs.flatMap(kindsOf))];
}
