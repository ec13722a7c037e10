import { countParam, flagParam, type Program, rateParam } from '../program';

/**
 * The book's way to provoke the killer: malloc two pages, again and again. With `touch` it writes one byte into each
 * page; without, it touches nothing, and half of the pages get memory all the same.
 */
export const crazyAllocator: Program = {
  id: 'crazy-allocator',
  comm: 'oom_killer_try',
  uid: 1000,
  oomScoreAdj: 0,
  params: [flagParam('touch', 1), countParam('times', 0, 1e9, 0), { ...rateParam('rate', 1), initial: () => 0 }],
  build: ({ touch, times, rate }) => [
    {
      textPages: 320,
      ops: [
        { op: 'malloc2', touch: touch === 1, onEnomem: 'exit', ...(times > 0 && { times }), ...(rate > 0 && { rate }) },
        { op: 'exit' },
      ],
    },
  ],
};
