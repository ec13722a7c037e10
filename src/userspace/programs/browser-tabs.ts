import { countParam, type Program, rateParam, sizeParam } from '../program';

/** Browser tabs, one process each, at the score adjustment browsers give them: +300, so that a tab goes first. */
export const browserTabs: Program = {
  id: 'browser-tabs',
  comm: 'tab',
  uid: 1000,
  oomScoreAdj: 300,
  params: [countParam('tabs', 2, 50), sizeParam('size', 1 / 14), rateParam('rate', 60)],
  build: ({ tabs, size, rate }) =>
    Array.from({ length: tabs }, (_, i) => ({
      comm: `tab-${i + 1}`,
      textPages: 1200,
      ops: [
        { op: 'mmap' as const, region: 'page', pages: size, onEnomem: 'exit' as const },
        { op: 'touch' as const, region: 'page', write: true, rate: rate * 12 },
        {
          op: 'loop' as const,
          ops: [
            {
              op: 'touch' as const,
              region: 'page',
              pattern: 'hot' as const,
              hotPages: Math.ceil(size / 4),
              hotPercent: 90,
              pages: Math.ceil(rate / 2),
              rate,
              write: true,
            },
            { op: 'sleep' as const, ns: 300_000_000 + 70_000_000 * i },
          ],
        },
      ],
    })),
};
