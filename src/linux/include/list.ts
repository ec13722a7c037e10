/** Intrusive doubly linked lists over the memmap's `next`/`prev`. A head is an index past the last pfn. */
import type { MemMap } from './page';

/** INIT_LIST_HEAD. */
export function listInit(m: MemMap, head: number): void {
  m.next[head] = head;
  m.prev[head] = head;
}
/** list_add: insert behind the head (at the front). */
export function listAdd(m: MemMap, head: number, p: number): void {
  const n = m.next[head];
  m.next[head] = p;
  m.prev[p] = head;
  m.next[p] = n;
  m.prev[n] = p;
}
/** list_add_tail: insert before the head (at the end). */
export function listAddTail(m: MemMap, head: number, p: number): void {
  const q = m.prev[head];
  m.prev[head] = p;
  m.next[p] = head;
  m.prev[p] = q;
  m.next[q] = p;
}
/** list_del. The links of `p` itself are left as they were. */
export function listDel(m: MemMap, p: number): void {
  const n = m.next[p];
  const q = m.prev[p];
  m.next[q] = n;
  m.prev[n] = q;
}
/** list_empty. */
export const listEmpty = (m: MemMap, head: number): boolean => m.next[head] === head;
