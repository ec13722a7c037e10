import { countParam, type Program, rateParam, sizeParam } from '../program';

/**
 * A server that forks workers from a warmed-up parent. They share its pages until they write: the sum of their sizes is
 * more than the memory they take, and killing one gives back little.
 */
export const forkHerd: Program = {
  id: 'fork-herd',
  comm: 'herd',
  uid: 1000,
  oomScoreAdj: 0,
  params: [countParam('children', 8, 200), sizeParam('size', 1 / 8), rateParam('rate', 100)],
  build: ({ children, size, rate }) => [
    {
      textPages: 500,
      ops: [
        { op: 'mmap', region: 'warm', pages: size, onEnomem: 'exit' },
        { op: 'touch', region: 'warm', write: true },
        {
          op: 'repeat',
          times: children,
          ops: [
            {
              op: 'fork',
              onEnomem: 'continue',
              ops: [
                { op: 'touch', region: 'warm', write: true, rate: Math.max(1, Math.floor(rate / children)) },
                { op: 'loop', ops: [{ op: 'sleep', ns: 1_000_000_000 }] },
              ],
            },
            { op: 'sleep', ns: 20_000_000 },
          ],
        },
        { op: 'loop', ops: [{ op: 'touch', region: 'warm', pattern: 'random', pages: 512, rate: 2000 }] },
      ],
    },
  ],
};
