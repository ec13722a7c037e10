/** struct mempolicy: on which nodes the pages of a task or of a mapping are to lie. Nodes are bit masks. */

export const MPOL_DEFAULT = 0;
export const MPOL_PREFERRED = 1;
export const MPOL_BIND = 2;
export const MPOL_INTERLEAVE = 3;
export const MPOL_LOCAL = 4;

export interface Mempolicy {
  /** MPOL_*; a policy of mode MPOL_DEFAULT is null instead. */
  mode: number;
  nodes: number;
  /** Node of the last page (il_prev), for MPOL_INTERLEAVE. */
  last: number;
}
