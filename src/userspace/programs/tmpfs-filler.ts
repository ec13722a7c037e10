import { type Program, rateParam, sizeParam } from '../program';

/** Writes a file into a tmpfs. It counts as cache, yet nothing can drop it, and it outlives its writer. */
export const tmpfsFiller: Program = {
  id: 'tmpfs-filler',
  comm: 'dd',
  uid: 1000,
  oomScoreAdj: 0,
  params: [sizeParam('size', 1 / 2), rateParam('rate', 20)],
  build: ({ size, rate }) => [
    {
      textPages: 200,
      ops: [
        { op: 'append', file: '/dev/shm/fill', pages: size, rate, onEnomem: 'continue' },
        { op: 'loop', ops: [{ op: 'sleep', ns: 1_000_000_000 }] },
      ],
    },
  ],
};
