/** mem_cgroup_iter: walks over a tree of memory cgroups, parents before children, older children first. */
import type { Kernel } from '../../include/kernel';
import type { MemCgroup } from '../../include/memcontrol';

/** The next one after `at` below (and with) `root`, −1 = none. An offline one stays in the tree until it is empty. */
export function memcgNext(k: Kernel, root: number, at: number): number {
  const { memcgs } = k;
  if (memcgs[at].children.length > 0) return memcgs[at].children[0];
  for (let id = at; id !== root; ) {
    const parent = memcgs[id].parent;
    if (parent < 0) return -1;
    const { children } = memcgs[parent];
    const i = children.indexOf(id);
    if (i + 1 < children.length) return children[i + 1];
    id = parent;
  }
  return -1;
}

/** All of a subtree, its root first. */
export function memcgSubtree(k: Kernel, root: number): number[] {
  const out: number[] = [];
  for (let id = root; id >= 0; id = memcgNext(k, root, id)) out.push(id);
  return out;
}

/** mem_cgroup_is_descendant: `id` is `root` or below it. */
export function memcgIsDescendant(k: Kernel, id: number, root: number): boolean {
  if (root === 0) return true;
  for (let at = id; at > 0; at = k.memcgs[at].parent) if (at === root) return true;
  return false;
}

/**
 * The next step of a walk that all reclaimers of a root and node share: it goes on where the last one ended, and comes to
 * its end with the tree's.
 *
 * @param prev where this walk was last, −1 = it begins
 */
export function memcgIterPartial(k: Kernel, root: number, nid: number, prev: number): number {
  const r: MemCgroup = k.memcgs[root];
  const at = r.iter[nid] ?? -1;
  let next = at < 0 || !k.memcgs[at] || !memcgIsDescendant(k, at, root) ? root : memcgNext(k, root, at);
  // A walk that jumps in at the very end shall see one at least.
  if (next < 0 && prev < 0) next = root;
  r.iter[nid] = next;
  return next;
}
