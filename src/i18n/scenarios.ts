/** Titles of the built-in scenarios, and the point each of them makes. */
export const scenarioWords = {
  'leaky-server': {
    title: 'Leaky server',
    about:
      'A server forgets to free. First its old pages go to swap, then swap is full, and the kernel must choose: it takes who holds the most memory and swap, not who asked last.',
  },
  'crazy-allocator': {
    title: 'Crazy allocator',
    about:
      'malloc two pages, again and again, one byte written into each. Every malloc succeeds; the memory runs out later, when the pages are touched. The program is never told: it is killed.',
  },
  'small-one-dies-first': {
    title: 'The biggest survives',
    about:
      'The score is size plus adjustment. A hog at 0 fills the machine, and a small browser tab at +1000 dies for it, then another: only when they are gone does the hog pay.',
  },
  'cached-is-not-free': {
    title: 'Cached is not free',
    about:
      'Files in a tmpfs count as cache, but nothing can drop them without swap. Processes die one by one and hardly anything comes back, since the file outlives them all.',
  },
  'malloc-fails': {
    title: 'malloc fails',
    about:
      'With overcommit_memory 2 the kernel keeps its promises: it refuses the mapping while memory is free. The allocator is told no and ends by itself; nobody is killed.',
  },
  'swap-fills-first': {
    title: 'Swap fills first',
    about:
      'Swap does not prevent the kill, it delays it: everything old is written out first. Swapping a page changes where it is, not how many points its owner has.',
  },
  'killing-once-is-not-enough': {
    title: 'Killing once is not enough',
    about:
      'Forked workers share their memory. Each looks as big as the whole herd, but killing one gives back only what it does not share, so the kernel has to kill again.',
  },
  'free-is-not-contiguous': {
    title: 'Free is not in one piece',
    about:
      'A driver took most of the memory and gave almost all of it back. Every eighth page stays, and the kernel cannot move it: 64 KiB in one piece are not to be had, with hundreds of megabytes free. Nobody dies for that, the request fails.',
  },
  'huge-pages-on': {
    title: 'Huge pages: one byte costs 2 MiB',
    about:
      'A sparse table writes one byte in every 2 MiB. With transparent huge pages each of those stores takes 512 pages at once, until no free 2 MiB are left; when three browser tabs want memory, the table is killed for pages it has never written. Compare with huge pages off.',
  },
  'huge-pages-off': {
    title: 'The same without huge pages',
    about:
      'The same sparse table, one byte in every 2 MiB, on a machine with transparent_hugepage=never: each store takes one page and one page table. It ends with a few megabytes, the browser tabs fit beside it, and nobody is killed.',
  },
  'container-limit': {
    title: 'A container at its limit',
    about:
      'A server leaks inside a control group with memory.max. It is killed at its limit while a quarter of the machine is free, and nobody outside dies. When memory gets short everywhere, memory.low keeps the database in memory and the others are swapped.',
  },
  'all-or-nothing': {
    title: 'All or nothing',
    about:
      'A job of four processes in a group with memory.max and memory.oom.group. One of them leaks; at the limit the kernel chooses it, and then kills the other three as well, since half a job is of no use. The machine has memory all the while.',
  },
  'thrash-before-kill': {
    title: 'Thrashing before the kill',
    about:
      'The working set is a little larger than memory. Each access waits for the disk, the machine all but stands still, and nothing is killed, because each reclaim still frees a page.',
  },
  'full-node': {
    title: 'A full node',
    about:
      'Two NUMA nodes. A process bound to the smaller one fills it and is killed, while a third of the machine is free and a bigger process lives on the other node: its death would free nothing here.',
  },
  'another-year': {
    title: 'The same machine in another year',
    about:
      'By the rules of 4.19 a harmless child dies for its greedy parent. Reset, and choose this kernel’s own rules under Kernel settings: the parent dies. By those of 2.6.24 it is a third one, which has reserved a great deal and hardly touched it.',
  },
} as const;
