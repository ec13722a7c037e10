import { type Program, rateParam, sizeParam } from '../program';

/**
 * A database: a shared buffer pool, working memory of which a hot part is used all the time, and a table on disk that it
 * reads through the page cache. It suffers first when its hot set is pushed out.
 */
export const database: Program = {
  id: 'database',
  comm: 'postgres',
  uid: 113,
  oomScoreAdj: 0,
  params: [sizeParam('size', 1 / 5), sizeParam('hot', 1 / 8), sizeParam('buffers', 1 / 16), rateParam('rate', 6)],
  build: ({ size, hot, buffers, rate }, { ramPages }) => [
    {
      textPages: 1800,
      ops: [
        { op: 'mmap', region: 'buffers', pages: buffers, kind: 'shared', onEnomem: 'exit' },
        { op: 'touch', region: 'buffers', write: true, rate: rate * 4 },
        { op: 'mmap', region: 'work', pages: size, onEnomem: 'exit' },
        { op: 'touch', region: 'work', write: true, rate: rate * 4 },
        {
          op: 'loop',
          ops: [
            {
              op: 'touch',
              region: 'work',
              pattern: 'hot',
              hotPages: Math.min(hot, size),
              hotPercent: 97,
              pages: Math.ceil(rate / 10),
              rate,
              write: true,
            },
            { op: 'touch', region: 'buffers', pattern: 'random', pages: Math.ceil(rate / 40) },
            { op: 'read', file: 'table', filePages: Math.ceil(ramPages / 8), pages: 32 },
          ],
        },
      ],
    },
  ],
};
