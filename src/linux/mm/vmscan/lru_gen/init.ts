/** lru_gen_init_lruvec, and the parts that can be switched. §6.1, §6.2. */
import {
  ANON_AND_FILE,
  type LruGenFolio,
  MAX_NR_GENS,
  MAX_NR_TIERS,
  MIN_NR_GENS,
  NR_LRU_GEN_LISTS,
} from '../../../include/mmzone';

/** Bits of /sys/kernel/mm/lru_gen/enabled. */
export const LRU_GEN_CORE = 1;
/** Aging walks page tables; without it pages are found young by reverse mapping only. */
export const LRU_GEN_MM_WALK = 2;
/** Accessed bits of the upper levels; the model has none. */
export const LRU_GEN_NONLEAF_YOUNG = 4;
export const LRU_GEN_ALL_CAPS = LRU_GEN_CORE | LRU_GEN_MM_WALK | LRU_GEN_NONLEAF_YOUNG;

const perTier = (): Float64Array => new Float64Array(ANON_AND_FILE * MAX_NR_TIERS);

/** The empty lists of a node: all four generations, the youngest is number 3. */
export const lruGenInit = (heads: number): LruGenFolio => ({
  maxSeq: MIN_NR_GENS + 1,
  minSeq: [0, 0],
  timestamps: new Array<number>(MAX_NR_GENS).fill(0),
  heads,
  nrPages: new Int32Array(NR_LRU_GEN_LISTS),
  refaulted: perTier(),
  evicted: perTier(),
  protected: perTier(),
  avgRefaulted: perTier(),
  avgTotal: perTier(),
  filters: [new Uint8Array(0), new Uint8Array(0)],
  memcgGen: 0,
  memcgSeg: 0,
});
