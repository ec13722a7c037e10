import { type Program, rateParam, sizeParam } from '../program';

/** A backup that reads files larger than RAM once: all it leaves is page cache that nobody reads again. */
export const backup: Program = {
  id: 'backup',
  comm: 'backup',
  uid: 0,
  oomScoreAdj: 0,
  params: [sizeParam('size', 2), rateParam('rate', 40)],
  build: ({ size, rate }) => [
    {
      textPages: 300,
      ops: [
        { op: 'mmap', region: 'buffer', pages: 256, onEnomem: 'exit' },
        { op: 'touch', region: 'buffer', write: true },
        {
          op: 'loop',
          ops: [
            { op: 'read', file: 'home.tar', filePages: size, pages: 256, rate },
            { op: 'touch', region: 'buffer' },
          ],
        },
      ],
    },
  ],
};
