import { type Program, rateParam, sizeParam } from '../program';

/** Locks memory: its pages stand on the unevictable list and are never reclaimed. */
export const mlockHog: Program = {
  id: 'mlock-hog',
  comm: 'lockd',
  uid: 0,
  oomScoreAdj: 0,
  params: [sizeParam('size', 1 / 20), rateParam('rate', 10)],
  build: ({ size, rate }) => [
    {
      textPages: 220,
      ops: [
        { op: 'mmap', region: 'keys', pages: size, onEnomem: 'exit' },
        { op: 'mlock', region: 'keys', onEnomem: 'continue' },
        { op: 'loop', ops: [{ op: 'touch', region: 'keys', pattern: 'random', pages: 256, rate, write: true }] },
      ],
    },
  ],
};
