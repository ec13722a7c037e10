import { type ReactNode, useEffect } from 'react';
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components';
import { handleKey } from '../actions/registry';
import { t } from '../i18n';
import { type PhoneTab, type SideTab, setPhoneTab, setSideTab, useSettings, useShown } from '../store';
import { useLayout } from './controls/useMedia';
import { Hero } from './hero/Hero';
import { Log } from './log/Log';
import { Dock } from './narrow/Dock';
import { NarrowBar } from './narrow/NarrowBar';
import { AllocationPath } from './path/AllocationPath';
import { Processes } from './processes/Processes';
import { Announcer } from './status/Announcer';
import { Help } from './status/Help';
import { Notices } from './status/Notices';
import { Timeline } from './timeline/Timeline';
import { TopBar } from './topbar/TopBar';
import { WhoDiesNext } from './victim/WhoDiesNext';

/** The lab: its regions, arranged for the width there is. */
export function Shell() {
  const layout = useLayout();
  const view = useSettings((s) => s.view);
  const status = useShown((f) => f.status, 'paused');
  // The hash of what is shown: empty while the machine runs.
  const stateHash = useShown((f) => f.stateHash, '');

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => void handleKey(event);
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);

  return (
    <div
      className={`lab ${layout}`}
      data-region="lab"
      data-state-hash={stateHash}
      data-status={status}
      data-view={view}
    >
      {layout === 'wide' && <Wide />}
      {layout === 'medium' && <Medium />}
      {layout === 'narrow' && <Narrow />}
      <Notices />
      <Announcer />
      <Help />
    </div>
  );
}

function Wide() {
  return (
    <>
      <TopBar />
      <Processes />
      <Main />
      <PathColumn />
      <div className="lab-timeline">
        <Timeline />
      </div>
      <Log />
    </>
  );
}

function Main() {
  return (
    <main className="lab-hero">
      <Hero />
    </main>
  );
}

function PathColumn() {
  return (
    <aside className="lab-path" aria-label={t('path.title')}>
      <AllocationPath />
      <WhoDiesNext />
    </aside>
  );
}

/** Two columns: the right one becomes tabs of the left one. */
function Medium() {
  const tab = useSettings((s) => s.sideTab);
  return (
    <>
      <TopBar />
      <Tabs className="lab-side" selectedKey={tab} onSelectionChange={(key) => setSideTab(key as SideTab)}>
        <TabList className="tabs" aria-label={t('tabs.side')}>
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
      <Main />
      <div className="lab-timeline">
        <Timeline />
      </div>
    </>
  );
}

const PHONE_TABS: { id: PhoneTab; body: () => ReactNode }[] = [
  { id: 'memory', body: () => <Main /> },
  { id: 'processes', body: () => <Processes /> },
  { id: 'path', body: () => <PathColumn /> },
  {
    id: 'timeline',
    body: () => (
      <div className="lab-timeline">
        <Timeline />
      </div>
    ),
  },
  { id: 'log', body: () => <Log /> },
];

/** One region at a time. */
function Narrow() {
  const tab = useSettings((s) => s.phoneTab);
  return (
    <>
      <NarrowBar />
      <Tabs className="phone" selectedKey={tab} onSelectionChange={(key) => setPhoneTab(key as PhoneTab)}>
        <TabList className="phone-tabs" aria-label={t('tabs.regions')}>
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
    </>
  );
}
