/** A machine that ran out of memory as a whole: its zones with their watermarks, and all that was in them. */
import type { FoundInFile } from '../../scenario/schema';
import type { Explained } from '../explain';
import { tablePages } from '../score';
import type { Note } from '../why';
import type { Rebuilt } from '.';
import { confinedZones, wholeMinFree } from './nodes';
import { bytes, PAGE_KB, PAGE_SIZE, sum } from './page';
import { splitRss } from './split';
import { chosenRows, growerOf, headOf, processesOf, roomOf, rulesInLab, wantsBlocks } from './tasks';
import { foundZones, sysctlOf } from './zones';

/** Of the room some goes to others and to page tables: so much more is free, in pages beside a part of the room. */
const SPARE = 256;
/** Pages of a kernel stack, the top level of the page tables, and tables of upper levels. */
const PER_TASK = 8;

/** The machine of a report that can be rebuilt. */
export function rebuildMachine(e: Explained): Rebuilt {
  const { raw, verdict } = e;
  const notes: Note[] = [];
  const rows = chosenRows(e, notes);
  const confined = confinedZones(e);
  const whole = foundZones(raw, verdict.totals.ramPages);
  const { zones, free } = confined ?? whole;
  if (confined) notes.push({ code: 'nodes-of-others', params: {} });
  else if (whole.merged) notes.push({ code: 'nodes-merged', params: {} });
  const managed = sum(zones.map((z) => Math.floor(Number(z.managed) / PAGE_SIZE)));

  const part = (code: string): number => e.memory?.parts.find((p) => p.code === code)?.pages ?? 0;
  const frames = { anon: part('anon') + part('unevictable'), file: part('file'), shmem: part('shmem') };
  const split = splitRss(raw, rows, frames, PAGE_KB);
  // Nobody grows while blocks are looked for: what processes map stays, for their scores to stay.
  const pinned = wantsBlocks(e) ? Math.max(0, ...split.parts.map((p) => p.file)) : 0;
  const parts = pinned > 0 ? split.parts.map((p) => ({ ...p, file: 0, shmem: p.shmem + p.file })) : split.parts;
  const tmpfs = frames.shmem + split.forked + pinned;
  const swapUsed = Math.floor(((raw.totalSwapKb ?? 0) - (raw.freeSwapKb ?? 0)) / PAGE_KB);
  const swapents = sum(rows.map((row) => row.swapents ?? 0));
  // Processes that share a page in swap each count it.
  const swapShare = swapents > swapUsed ? swapUsed / swapents : 1;
  if (swapShare < 1) notes.push({ code: 'swap-shared', params: { entries: swapents, used: swapUsed } });

  const tables = rows.map((row) => tablePages(row, verdict.era, e.pageSize));
  const slab = part('slab_unreclaimable');
  let slabReclaimable = part('slab_reclaimable');
  let cache = frames.file - pinned;
  // What is left is the kernel's. Where the counters do not add up, the cache gives way: it is what moves fastest.
  const taken = (): number =>
    free +
    slab +
    slabReclaimable +
    cache +
    tmpfs +
    sum(parts.map((p) => p.anon)) +
    sum(tables) +
    rows.length * PER_TASK;
  const over = taken() - managed;
  if (over > 0) {
    const fromCache = Math.min(over, Math.max(0, cache - Math.max(0, ...parts.map((p) => p.file))));
    cache -= fromCache;
    slabReclaimable -= Math.min(slabReclaimable, over - fromCache);
    if (taken() > managed) return { ok: false, why: { code: 'does-not-add-up', params: { pages: taken() - managed } } };
  }

  const grower = growerOf(e, rows);
  const room = roomOf(e, managed, parts[grower]);
  parts[grower].anon -= room;
  const grows = largest(zones);
  // What lay in the per-cpu lists will lie there again before memory is out.
  const perCpu = raw.counts.free_pcp ?? 0;
  grows.free = Number(grows.free) + bytes(room === 0 ? 0 : room + room / 32 + SPARE + perCpu);
  const asker = raw.invoker?.comm ?? '?';
  if (wantsBlocks(e)) notes.push({ code: 'blocks', params: { invoker: asker, pages: 2 ** (raw.order ?? 0) } });
  const reclaimable =
    cache + slabReclaimable + Math.floor((raw.freeSwapKb ?? 0) / PAGE_KB) + (wantsBlocks(e) ? free : 0);
  const found: FoundInFile = {
    zones,
    slab: bytes(slab),
    slabReclaimable: bytes(slabReclaimable),
    cache: bytes(cache),
    tmpfs: bytes(tmpfs),
    // What no task has in swap is shared memory and files in memory.
    tmpfsSwap: bytes(Math.max(0, swapUsed - swapents)),
  };
  return {
    ok: true,
    notes,
    scenario: {
      ...headOf(e, rows[grower]),
      machine: {
        ram: sum(zones.map((z) => Number(z.present))),
        // One page of an area is its header.
        swap: raw.totalSwapKb ? { size: raw.totalSwapKb * 1024 + PAGE_SIZE } : null,
        thp: 'never',
        ...rulesInLab(e, notes),
        sysctl: {
          ...sysctlOf(raw),
          ...(confined && { 'vm.min_free_kbytes': String(wholeMinFree(confined)) }),
          ...(verdict.code === 'allocating-task' && { 'vm.oom_kill_allocating_task': '1' }),
        },
        found,
        ...confined?.machine,
      },
      processes: processesOf(e, { rows, parts, tables, grower, room, reclaimable, swapShare }).map((p, i) =>
        confined && (i === grower || p.pid === raw.invoker?.pid) ? { ...p, ...confined.binding } : p,
      ),
      ...(raw.order === -1 && { events: [{ at: '1s', command: { op: 'sysrq' as const, key: 'f' as const } }] }),
    },
  };
}

/** The largest zone, of the nodes that could be used where not all could. */
function largest(zones: FoundInFile['zones']): FoundInFile['zones'][number] {
  const last = zones[zones.length - 1].node;
  return zones
    .filter((z) => z.node === last)
    .reduce((best, z) => (Number(z.managed) > Number(best.managed) ? z : best));
}
