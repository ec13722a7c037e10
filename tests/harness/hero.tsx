/** The memory views and the timeline with test data, for looking at them without a machine. */
import { createRoot } from 'react-dom/client';
import '../../src/styles/tokens.css';
import '../../src/styles/base.css';
import './hero.css';
import { connectMachine } from '../../src/actions/lab';
import {
  receiveEvents,
  receiveFrame,
  receiveSamples,
  runStore,
  settingsStore,
  setView,
  type View,
} from '../../src/store';
import { redraw } from '../../src/ui/frameLoop';
import { Hero } from '../../src/ui/hero/Hero';
import { Timeline } from '../../src/ui/timeline/Timeline';
import type { PageInfo, Reply, Request } from '../../src/worker/protocol';
import { fixtureEvents, fixtureFrame, fixturePageMap, fixtureSamples } from '../fixtures/frame';

const query = new URLSearchParams(location.search);
document.documentElement.dataset.theme = query.get('theme') ?? 'light';
settingsStore.setState({ theme: query.get('theme') === 'dark' ? 'dark' : 'light' });
setView((query.get('view') ?? 'pyramid') as View);

const info: PageInfo = {
  pfn: 2048,
  zone: 'DMA32',
  kind: 'anonActive',
  owner: 'leakyd',
  ownerPid: 412,
  order: 0,
  migratetype: 'Movable',
  flags: ['uptodate', 'lru', 'active', 'swapbacked'],
  mapcount: 1,
  firstPfn: 2048,
  lastPfn: 2111,
};

connectMachine({
  onPush: () => () => {},
  request: async (request: Request): Promise<Reply> => {
    const frame = runStore.getState().frame;
    if (request.type === 'pageMap' && frame) {
      receiveFrame({
        ...frame,
        pageMap: request.on ? fixturePageMap(request.cols, request.by, request.cols * request.rows) : null,
      });
    }
    if (request.type === 'seek' && frame) receiveFrame({ ...frame, t: request.t, seq: frame.seq + 1 });
    return { id: 0, ok: true, result: request.type === 'inspectPage' ? info : undefined };
  },
});

const overrides = query.get('frame');
receiveFrame(fixtureFrame(overrides ? JSON.parse(overrides) : {}));
receiveSamples(0, fixtureSamples());
receiveEvents(fixtureEvents());
(window as unknown as Record<string, unknown>).lab = { receiveFrame, fixtureFrame, redraw };

// ?size=640x480: the hero at another size.
const size = query.get('size')?.split('x');
if (size) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(
    `.harness-hero{left:0;top:0;width:${size[0]}px;height:${size[1]}px}.harness-timeline{display:none}`,
  );
  document.adoptedStyleSheets = [sheet];
}

createRoot(document.getElementById('root') as HTMLElement).render(
  <>
    <div className="harness-hero">
      <Hero />
    </div>
    <div className="harness-timeline">
      <Timeline />
    </div>
  </>,
);
