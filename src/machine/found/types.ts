/** A machine that does not begin with its boot but in the middle of its life: what is found in its memory. Pages. */

/** A process's memory. */
export interface FoundProcess {
  /** Private anonymous memory that is resident. */
  anon: number;
  /** Resident pages of files: the first ones of a file that all processes share, as they share libraries. */
  file: number;
  /** The same of shared memory. */
  shmem: number;
  /** Entries of pages in swap. */
  swap: number;
  /** Page tables of all levels; those that the memory above does not need are empty. */
  tables: number;
  /** Address space in all; what the above does not take is reserved and not used. */
  virtual: number;
  /** Pid of its parent; init's where absent. */
  parent?: number;
}

/** A zone as it is found. */
export interface FoundZone {
  /** Its node, from 0. */
  node?: number;
  name: 'DMA' | 'DMA32' | 'Normal' | 'Movable';
  present: number;
  managed: number;
  /** Free pages: all others that no process, file or slab holds are the kernel's. */
  free: number;
  /** Watermarks; by the formulas where one is missing. */
  min?: number;
  low?: number;
  high?: number;
  /** lowmem_reserve[]. */
  reserve?: number[];
}

/** What is charged to a cgroup besides its processes. */
export interface FoundCgroup {
  path: string;
  /** Page cache of files on a disk, mapped by nobody. */
  cache: number;
  /** Files in memory and shared memory; its processes map this, not the machine's. */
  tmpfs: number;
  /** Such files' pages in swap. */
  tmpfsSwap: number;
  /** Memory that the kernel has for it, and that does not come back. */
  slab: number;
}

/** What belongs to no process. */
export interface FoundMemory {
  /** Slab that shrinkers can free, and slab that they cannot. */
  slabReclaimable: number;
  slab: number;
  /** Page cache of files on a disk, mapped or not. */
  cache: number;
  /** Files in memory: tmpfs and shared memory, mapped or not. */
  tmpfs: number;
  /** Such files' pages in swap. */
  tmpfsSwap: number;
}
