/** Memory cgroups come and go: mem_cgroup_css_alloc, online, offline, free. */
import { ENOMEM } from '../../include/errno';
import type { Kernel } from '../../include/kernel';
import { listInit } from '../../include/list';
import { MEM_CGROUP_ID_MAX, type MemCgroup, NR_MEMCG_EVENTS } from '../../include/memcontrol';
import { lruvecInit, NR_LRUVEC_HEADS } from '../mmzone';
import { newPageCounter } from '../page_counter';
import { lruGenOfflineMemcg, lruGenOnlineMemcg, lruGenReleaseMemcg } from '../vmscan/lru_gen/memcg_lru';
import { MEMCG_STAT_EVENTS } from './stat';
import { drainAllStock } from './stock';

export const newMemcg = (id: number, parent: number, cgroup: number, path: string, nrNodes: number): MemCgroup => ({
  id,
  parent,
  children: [],
  cgroup,
  path,
  online: true,
  memory: newPageCounter(),
  swap: newPageCounter(),
  oomGroup: false,
  events: new Array<number>(NR_MEMCG_EVENTS).fill(0),
  eventsLocal: new Array<number>(NR_MEMCG_EVENTS).fill(0),
  vmEvents: new Array<number>(MEMCG_STAT_EVENTS.length).fill(0),
  slab: 0,
  iter: new Array<number>(nrNodes).fill(-1),
});

/** List heads for so many more lruvecs are made at a time. */
const GROW = 8;

/** What only a machine with memory cgroups needs: owners of pages and swap slots. */
function enableMemcg(k: Kernel): void {
  if (k.mem.memcg.length > 0) return;
  k.mem.memcg = new Uint8Array(k.mem.nrPages);
  k.swap.memcgs = new Uint16Array(k.swap.slots);
}

/** Makes room for more list heads behind those there are. Returns the first new one. */
function growHeads(k: Kernel, count: number): number {
  const m = k.mem;
  const first = m.next.length;
  for (const name of ['next', 'prev'] as const) {
    const longer = new Int32Array(first + count);
    longer.set(m[name]);
    m[name] = longer;
  }
  for (let h = first; h < first + count; h++) listInit(m, h);
  return first;
}

/** The lruvecs of a new memcg; a slot that was in use before has its lists still, all empty. */
function initLruvecs(k: Kernel, id: number): void {
  for (const node of k.nodes) {
    const old = node.lruvecs[id];
    if (old) {
      node.lruvecs[id] = lruvecInit(node.id, id, old.heads);
      continue;
    }
    const first = growHeads(k, GROW * NR_LRUVEC_HEADS);
    for (let i = 0; i < GROW; i++) {
      const at = node.lruvecs.length;
      node.lruvecs.push(lruvecInit(node.id, at, first + i * NR_LRUVEC_HEADS));
    }
  }
}

/**
 * mem_cgroup_css_alloc and css_online: a memcg without limits, the youngest child of its parent.
 *
 * @returns its id, or -ENOMEM when there are too many
 */
export function memCgroupOnline(k: Kernel, parent: number, cgroup: number, path: string): number {
  let id = 1;
  while (id < k.memcgs.length && k.memcgs[id].parent >= 0) id++;
  if (id > MEM_CGROUP_ID_MAX) return -ENOMEM;
  enableMemcg(k);
  initLruvecs(k, id);
  k.memcgs[id] = newMemcg(id, parent, cgroup, path, k.nodes.length);
  k.memcgs[parent].children.push(id);
  lruGenOnlineMemcg(k, id);
  return id;
}

/** mem_cgroup_css_offline: its cgroup is gone. It stays as long as pages or swap slots are charged to it. */
export function memCgroupOffline(k: Kernel, id: number): void {
  const memcg = k.memcgs[id];
  memcg.online = false;
  memcg.cgroup = -1;
  memcg.memory.min = 0;
  memcg.memory.low = 0;
  lruGenOfflineMemcg(k, id);
  drainAllStock(k, id);
  memcgPut(k, id);
}

/** css_put: an offline memcg that nothing refers to any more is freed, and then perhaps its parent. */
export function memcgPut(k: Kernel, id: number): void {
  for (let at = id; at > 0; ) {
    const memcg = k.memcgs[at];
    if (memcg.online || memcg.parent < 0 || memcg.children.length > 0) return;
    if (memcg.memory.usage > 0 || memcg.swap.usage > 0) return;
    for (const t of k.tasks) if (t.charge?.memcg === at || t.charge?.over === at || t.memcgWork?.memcg === at) return;
    const { parent } = memcg;
    lruGenReleaseMemcg(k, at);
    const { children } = k.memcgs[parent];
    children.splice(children.indexOf(at), 1);
    for (const other of k.memcgs) {
      for (let nid = 0; nid < other.iter.length; nid++) if (other.iter[nid] === at) other.iter[nid] = -1;
    }
    memcg.parent = -1;
    at = parent;
  }
}
