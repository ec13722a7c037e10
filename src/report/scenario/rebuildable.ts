/** Whether a machine can be built from a report, or what is in the way. */

import { PAGE_ALLOC_COSTLY_ORDER } from '../../linux/include/units';
import { UNKILLABLE } from '../../linux/versions/badness';
import { MAX_SWAP, MIN_RAM } from '../../machine/config';
import type { Explained } from '../explain';
import type { Note } from '../why';
import { confinedZones } from './nodes';
import { PAGE_SIZE } from './page';
import { managedPages } from './zones';

/** The largest machine that is rebuilt, pages: 16 GiB. */
export const MAX_PAGES = 4_194_304;
/** PAGE_ALLOC_COSTLY_ORDER: for larger blocks the lab's kernel kills nobody. */
const MAX_ORDER = PAGE_ALLOC_COSTLY_ORDER;

const TABLE_LOST: ReadonlySet<string> = new Set(['no-table', 'empty-table', 'rows-missing', 'table-cut', 'rows-lost']);

const no = (code: string, params: Note['params'] = {}): Note => ({ code, params });

/** A cgroup's limit was reached, not the machine's. */
export const isOfCgroup = (e: Explained): boolean => e.memcg !== null || e.constraint === 'CONSTRAINT_MEMCG';

/** Why the lab cannot have this machine; null when it can. */
export function whyNotRebuilt(e: Explained): Note | null {
  const { constraint } = e;
  if (!KNOWN.has(constraint)) return no('constraint', { constraint });
  if (e.pageSize !== PAGE_SIZE) return no('page-size', { bytes: e.pageSize });
  return (isOfCgroup(e) ? whyNotCgroup(e) : whyNotMachine(e)) ?? whyNotTasks(e);
}

const KNOWN = new Set(['CONSTRAINT_NONE', 'CONSTRAINT_MEMCG', 'CONSTRAINT_CPUSET', 'CONSTRAINT_MEMORY_POLICY']);

/** A usage that is further below its limit was printed when memory had come back already. */
const NEAR_LIMIT = 0.9;

function whyNotCgroup({ raw, verdict }: Explained): Note | null {
  const usage = raw.cgroup?.memory;
  if (!usage || raw.cgroup?.path === null) return no('no-cgroup-usage');
  if (usage.limitKb === null) return no('no-limit');
  if (usage.usageKb < usage.limitKb * NEAR_LIMIT) return no('below-limit', { kb: usage.usageKb, limit: usage.limitKb });
  if (verdict.code === 'not-in-table') return no('no-table');
  return null;
}

function whyNotMachine(e: Explained): Note | null {
  const { raw, verdict } = e;
  if (raw.zones.some((z) => z.name === 'HighMem')) return no('highmem');
  if (raw.order !== null && raw.order > MAX_ORDER) return no('order', { order: raw.order });
  if (!raw.memInfo || raw.counts.free === undefined) return no('no-meminfo');
  const whole = raw.zones.filter((z) => z.kb.free !== undefined && z.kb.min !== undefined);
  if (whole.length === 0 || whole.length < raw.zones.length) return no('no-zones');
  const confined = confinedZones(e);
  if (e.constraint !== 'CONSTRAINT_NONE' && confined === null) return no('constraint', { constraint: e.constraint });
  const sizes = confined
    ? confined.zones.map((z) => Number(z.managed) / PAGE_SIZE)
    : managedPages(raw.zones, verdict.totals.ramPages);
  if (sizes === null) return no('no-zones');
  if (sizes.reduce((n, x) => n + x, 0) > MAX_PAGES) return no('too-large');
  if (sizes.reduce((n, x) => n + x, 0) < MIN_RAM / PAGE_SIZE) return no('too-small');
  if ((raw.totalSwapKb ?? 0) * 1024 + PAGE_SIZE > MAX_SWAP) return no('swap-too-large');
  if (raw.totalSwapKb === null || raw.freeSwapKb === null) return no('no-swap-line');
  return null;
}

function whyNotTasks({ raw, verdict }: Explained): Note | null {
  if (!raw.table || raw.table.rows.length === 0 || TABLE_LOST.has(verdict.code)) return no('no-table');
  if (verdict.victim === null) return no('no-victim');
  if (!verdict.tasks.some((t) => Number.isFinite(t.points) && t.points !== UNKILLABLE)) return no('nobody-to-kill');
  return null;
}
