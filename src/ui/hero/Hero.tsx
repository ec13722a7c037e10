import { type CSSProperties, Suspense, useState } from 'react';
import { setView, useSettings, type View } from '../../store';
import { TableToggle } from '../charts/DataTable';
import { Patterns } from '../charts/Patterns';
import { useSize } from '../charts/useSize';
import { part } from '../controls/part';
import { TabPanel, Tabs } from '../controls/Tabs';
import { EffectiveAccessTime } from './EffectiveAccessTime';
import './hero.css';
import { Legend } from './Legend';
import { FOOT_HEIGHT, isPhone, pyramidLayout } from './layout';
import { Pyramid } from './Pyramid';
import { ViewSwitch } from './ViewSwitch';

const PageMap = part(() => import('./PageMap').then((m) => m.PageMap));
const Groups = part(() => import('../groups/Groups').then((m) => m.Groups));
const LruLists = part(() => import('./LruLists').then((m) => m.LruLists));

const REGION: Record<View, string> = {
  pyramid: 'memory-pyramid',
  map: 'page-map',
  lru: 'lru-lists',
  groups: 'control-groups',
};

/** The machine's memory, three ways, and by control group where there are any. */
export function Hero() {
  const view = useSettings((s) => s.view);
  const [asTable, setAsTable] = useState(false);
  const [box, { width, height }] = useSize<HTMLDivElement>();
  // Text around the pictures grows and shrinks with them.
  const grow = width > 0 ? pyramidLayout(width, height - FOOT_HEIGHT).scale : 1;
  return (
    <div ref={box} className="hero-box">
      <Tabs
        className="hero"
        data-region={REGION[view]}
        data-phone={width > 0 && isPhone(width, height - FOOT_HEIGHT) ? '' : undefined}
        style={{ '--grow': grow } as CSSProperties}
        selected={view}
        onSelect={setView}
      >
        <Patterns />
        <ViewSwitch />
        <TabPanel id="pyramid" className="hero-view">
          <EffectiveAccessTime />
          <Pyramid asTable={asTable} />
        </TabPanel>
        <TabPanel id="map" className="hero-view">
          <Suspense fallback={null}>
            <PageMap asTable={asTable} />
          </Suspense>
        </TabPanel>
        <TabPanel id="lru" className="hero-view">
          <Suspense fallback={null}>
            <LruLists asTable={asTable} />
          </Suspense>
        </TabPanel>
        <TabPanel id="groups" className="hero-view">
          <Suspense fallback={null}>
            <Groups asTable={asTable} />
          </Suspense>
        </TabPanel>
        <footer className="hero-foot">
          {view === 'groups' ? <span className="grow" /> : <Legend />}
          <TableToggle on={asTable} onChange={setAsTable} />
        </footer>
      </Tabs>
    </div>
  );
}
