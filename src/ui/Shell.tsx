import { type ReactNode, Suspense, useEffect } from 'react';
import { handleKey } from '../actions/registry';
import { t } from '../i18n';
import { type MarkKind, type PhoneTab, setPhoneTab, setSideTab, useSelection, useSettings, useShown } from '../store';
import { part } from './controls/part';
import { Tab, TabList, TabPanel, Tabs } from './controls/Tabs';
import { useLayout, useShort } from './controls/useMedia';
import { Hero } from './hero/Hero';
import { LazyInspector } from './inspector/LazyInspector';
import { Log } from './log/Log';
import { Dock } from './narrow/Dock';
import { NarrowBar } from './narrow/NarrowBar';
import { AllocationPath } from './path/AllocationPath';
import { Processes } from './processes/Processes';
import { Announcer } from './status/Announcer';
import { News } from './status/News';
import { Notices } from './status/Notices';
import { Timeline } from './timeline/Timeline';
import { TopBar } from './topbar/TopBar';
import { WhoDiesNext } from './victim/WhoDiesNext';

const Palette = part(() => import('./palette/Palette').then((m) => m.default));
const Settings = part(() => import('./settings/Settings').then((m) => m.default));
const Help = part(() => import('./status/Help').then((m) => m.Help));

/** The part of a process's bar that a kind of page belongs to; kinds that no process owns fade them all. */
const BAR_PART: Partial<Record<MarkKind, string>> = {
  anonActive: 'anon',
  anonInactive: 'anon',
  fileActive: 'file',
  fileInactive: 'file',
  shmem: 'shm',
  pagetables: 'pt',
  swap: 'swap',
};

/** The lab: its regions, arranged for the width there is. */
export function Shell() {
  const layout = useLayout(useSettings((s) => s.present));
  const short = useShort(useSettings((s) => s.present));
  const view = useSettings((s) => s.view);
  const { help, palette, settings, present, embed } = useSettings((s) => ({
    help: s.helpOpen,
    palette: s.paletteOpen,
    settings: s.settingsOpen,
    present: s.present,
    embed: s.embed,
  }));
  const status = useShown((f) => f.status, 'paused');
  const hover = useSelection((s) => s.hoveredKind && (BAR_PART[s.hoveredKind] ?? 'none'));
  // The hash of what is shown: empty while the machine runs.
  const stateHash = useShown((f) => f.stateHash, '');

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => void handleKey(event);
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);

  return (
    <div
      className={`lab ${layout}${short ? ' short' : ''}${present ? ' present' : ''}${embed ? ' embed' : ''}`}
      data-region="lab"
      data-state-hash={stateHash}
      data-status={status}
      data-view={view}
      data-hover={hover ?? undefined}
    >
      {layout === 'wide' && <Wide />}
      {layout === 'medium' && <Medium />}
      {layout === 'narrow' && <Narrow />}
      <LazyInspector />
      <Notices />
      {layout === 'narrow' && <News />}
      <Announcer />
      {settings && (
        <Suspense fallback={null}>
          <Settings />
        </Suspense>
      )}
      {palette && (
        <Suspense fallback={null}>
          <Palette />
        </Suspense>
      )}
      {help && (
        <Suspense fallback={null}>
          <Help />
        </Suspense>
      )}
    </div>
  );
}

function Wide() {
  const { present, embed } = useSettings((s) => ({ present: s.present, embed: s.embed }));
  return (
    <>
      <TopBar />
      <aside className="lab-processes" aria-label={t('tabs.processes')}>
        <Processes />
      </aside>
      <main className="lab-hero">
        <Hero />
      </main>
      <aside className="lab-path" aria-label={t('tabs.path')}>
        <PathColumn />
      </aside>
      <TimelineRegion news />
      {!present && !embed && <Log />}
    </>
  );
}

function PathColumn() {
  return (
    <div className="lab-scroll">
      <AllocationPath />
      <WhoDiesNext />
    </div>
  );
}

function TimelineRegion({ news = false }: { news?: boolean }) {
  return (
    <div className="lab-timeline">
      <Timeline news={news} />
    </div>
  );
}

/** Two columns: the right one becomes tabs of the left one. */
function Medium() {
  const tab = useSettings((s) => s.sideTab);
  return (
    <>
      <TopBar />
      <aside className="lab-side" aria-label={t('tabs.side')}>
        <Tabs className="side-tabs" selected={tab} onSelect={setSideTab}>
          <TabList className="tabs" label={t('tabs.side')}>
            <Tab id="processes">{t('tabs.processes')}</Tab>
            <Tab id="path">{t('tabs.path')}</Tab>
            <Tab id="log">{t('tabs.log')}</Tab>
          </TabList>
          <TabPanel id="processes">
            <Processes />
          </TabPanel>
          <TabPanel id="path">
            <PathColumn />
          </TabPanel>
          <TabPanel id="log">
            <Log />
          </TabPanel>
        </Tabs>
      </aside>
      <main className="lab-hero">
        <Hero />
      </main>
      <TimelineRegion news />
    </>
  );
}

const PHONE_TABS: { id: PhoneTab; body: () => ReactNode }[] = [
  {
    id: 'memory',
    body: () => (
      <div className="lab-hero">
        <Hero />
      </div>
    ),
  },
  { id: 'processes', body: () => <Processes /> },
  { id: 'path', body: () => <PathColumn /> },
  { id: 'timeline', body: () => <TimelineRegion /> },
  { id: 'log', body: () => <Log /> },
];

/** One region at a time. */
function Narrow() {
  const tab = useSettings((s) => s.phoneTab);
  return (
    <>
      <NarrowBar />
      <main className="phone">
        <Tabs className="phone-body" selected={tab} onSelect={setPhoneTab}>
          <TabList className="phone-tabs" label={t('tabs.regions')}>
            {PHONE_TABS.map(({ id }) => (
              <Tab key={id} id={id}>
                {t(`tabs.${id}`)}
              </Tab>
            ))}
          </TabList>
          {PHONE_TABS.map(({ id, body }) => (
            <TabPanel key={id} id={id} className="phone-panel">
              {body()}
            </TabPanel>
          ))}
          <Dock />
        </Tabs>
      </main>
    </>
  );
}
