/** What can be launched by name, in the order of the palette; a file of its own for who needs no more than the names. */
export const PROGRAM_IDS = [
  'leaky-server',
  'crazy-allocator',
  'database',
  'browser-tabs',
  'backup',
  'tmpfs-filler',
  'mlock-hog',
  'fork-herd',
] as const;
