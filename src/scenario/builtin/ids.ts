/** The built-in scenarios in the order of the menu; a file of its own for who needs no more than the names. */
export const BUILTIN_IDS = [
  'leaky-server',
  'crazy-allocator',
  'small-one-dies-first',
  'swap-fills-first',
  'thrash-before-kill',
  'cached-is-not-free',
  'malloc-fails',
  'killing-once-is-not-enough',
  'free-is-not-contiguous',
  'huge-pages-on',
  'huge-pages-off',
  'container-limit',
  'all-or-nothing',
  'another-year',
  'full-node',
] as const;

/** The one the lab opens with. */
export const DEFAULT_ID = BUILTIN_IDS[0];
