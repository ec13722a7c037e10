import { type Program, rateParam, sizeParam } from '../program';

/** A server that allocates for each request and forgets to free: its old pages are never looked at again. */
export const leakyServer: Program = {
  id: 'leaky-server',
  comm: 'leakyd',
  uid: 1000,
  oomScoreAdj: 0,
  params: [sizeParam('size', 1 / 32), rateParam('rate', 80)],
  build: ({ size, rate }) => [
    {
      ops: [
        { op: 'mmap', region: 'state', pages: size },
        { op: 'touch', region: 'state', write: true },
        {
          op: 'loop',
          ops: [
            { op: 'sbrk', pages: 64, onEnomem: 'exit' },
            { op: 'touch', region: 'new', write: true, rate },
            { op: 'touch', region: 'state', pattern: 'random', pages: 64 },
          ],
        },
      ],
    },
  ],
};
