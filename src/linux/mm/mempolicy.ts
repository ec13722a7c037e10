/** Memory policies: which node a request begins at, and which nodes it may use at all. */
import { EINVAL } from '../include/errno';
import type { Kernel } from '../include/kernel';
import {
  type Mempolicy,
  MPOL_BIND,
  MPOL_DEFAULT,
  MPOL_INTERLEAVE,
  MPOL_LOCAL,
  MPOL_PREFERRED,
} from '../include/mempolicy';
import { type MmStruct, VM_SHARED, type Vma } from '../include/mm_types';
import { ZONE_MOVABLE } from '../include/mmzone';
import type { Task } from '../include/sched';
import { cpusetMems } from '../kernel/cpuset';
import { mergeVma, splitRange } from './vma';
import { nodesWithMemory } from './vmstat';

/** The node of a policy's page is not tied to its address: interleaving goes round with each request. */
export const NO_INTERLEAVE_INDEX = -1;

/** policy_zone: the highest zone type there is memory in, but Movable; a policy says nothing about lower ones. */
function policyZone(k: Kernel): number {
  let highest = 0;
  for (let i = 0; i < k.zones.length; i++) {
    const { type, managed } = k.zones[i];
    if (managed > 0 && type > highest && type !== ZONE_MOVABLE) highest = type;
  }
  return highest;
}

/**
 * policy_nodemask: the nodes that a request up to this zone type may use, 0 = all. Only MPOL_BIND forbids any, and not
 * where it would leave nothing that the task's cpuset allows.
 */
export function policyNodemask(k: Kernel, task: Task, pol: Mempolicy | null, highestZoneidx: number): number {
  if (pol === null || pol.mode !== MPOL_BIND || highestZoneidx < policyZone(k)) return 0;
  return pol.nodes & cpusetMems(k, task) ? pol.nodes : 0;
}

/** The lowest node of a mask. */
const firstNode = (mask: number): number => 31 - Math.clz32(mask & -mask);

/** next_node_in: the node of the mask after this one, round and round. */
function nextNode(mask: number, node: number): number {
  const above = node >= 30 ? 0 : mask & (-1 << (node + 1));
  return firstNode(above || mask);
}

/** interleave_nid: the node of the page with this index. */
function nodeOfIndex(mask: number, index: number): number {
  let count = 0;
  for (let left = mask; left; left &= left - 1) count++;
  let node = firstNode(mask);
  for (let i = index % count; i > 0; i--) node = nextNode(mask, node);
  return node;
}

/**
 * The node whose zonelist a request goes through: its preferred one, the next in turn, or that of the cpu.
 *
 * @param index place of the page in its mapping, for interleaving; NO_INTERLEAVE_INDEX = the task's turn
 */
export function policyNode(k: Kernel, pol: Mempolicy | null, index: number): number {
  if (pol !== null && pol.mode === MPOL_PREFERRED) return firstNode(pol.nodes);
  if (pol !== null && pol.mode === MPOL_INTERLEAVE) {
    if (index >= 0) return nodeOfIndex(pol.nodes, index);
    pol.last = nextNode(pol.nodes, pol.last);
    return pol.last;
  }
  return k.cpuNode[k.cpu];
}

/** get_vma_policy: the mapping's own policy, or that of the task. */
export const vmaPolicy = (task: Task, vma: Vma): Mempolicy | null => vma.policy ?? task.mempolicy;

/**
 * mempolicy_in_oom_domain: whether the task may have memory on these nodes. Only MPOL_BIND keeps it from others.
 *
 * @param nodemask not 0
 */
export const mempolicyInOomDomain = (task: Task, nodemask: number): boolean =>
  task.mempolicy === null || task.mempolicy.mode !== MPOL_BIND || (task.mempolicy.nodes & nodemask) !== 0;

/** mpol_new: a policy, null for the default one, or -EINVAL. */
function newPolicy(k: Kernel, task: Task, mode: number, nodes: number): Mempolicy | null | number {
  if (mode === MPOL_DEFAULT || mode === MPOL_LOCAL) return nodes === 0 ? null : -EINVAL;
  if (mode !== MPOL_PREFERRED && mode !== MPOL_BIND && mode !== MPOL_INTERLEAVE) return -EINVAL;
  // Without nodes a preference is one for the local node.
  if (mode === MPOL_PREFERRED && nodes === 0) return null;
  const allowed = nodes & nodesWithMemory(k) & cpusetMems(k, task);
  return allowed === 0 ? -EINVAL : { mode, nodes: allowed, last: 31 };
}

/** set_mempolicy(2): for all pages the task asks for from now on, where no mapping says otherwise. 0 or -EINVAL. */
export function setMempolicy(k: Kernel, task: Task, mode: number, nodes: number): number {
  const pol = newPolicy(k, task, mode, nodes);
  if (typeof pol === 'number') return pol;
  task.mempolicy = pol;
  return 0;
}

/**
 * mbind(2) without MPOL_MF_MOVE: for pages that are put into these mappings from now on.
 *
 * @param vpn first virtual page
 * @returns 0 or -EINVAL
 */
export function mbind(k: Kernel, task: Task, vpn: number, pages: number, mode: number, nodes: number): number {
  const pol = newPolicy(k, task, mode, nodes);
  if (typeof pol === 'number') return pol;
  const mm: MmStruct = k.mms[task.mm];
  const end = vpn + pages;
  splitRange(k, mm, vpn, end);
  for (const vma of mm.vmas) {
    // Shared memory has one policy for all, that of the object; here it stays with the task that allocates.
    if (vma.start >= end || vma.end <= vpn || vma.flags & VM_SHARED) continue;
    if (pol) vma.policy = pol;
    else delete vma.policy;
  }
  for (let i = mm.vmas.length - 1; i >= 0; i--) if (mm.vmas[i].inode < 0) mergeVma(mm, Math.min(i, mm.vmas.length - 1));
  return 0;
}
