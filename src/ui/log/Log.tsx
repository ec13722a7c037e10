import { useState } from 'react';
import { t } from '../../i18n';
import { setLogLarge, setLogTab, useSettings } from '../../store';
import { IconButton } from '../controls/IconButton';
import { Tab, TabList, TabPanel, Tabs } from '../controls/Tabs';
import { useLayout } from '../controls/useMedia';
import { KernelLog } from './KernelLog';
import { ProcFiles } from './ProcFiles';
import { ToolSlot } from './Scroller';
import { Tracepoints } from './Tracepoints';

/** What the kernel says, what it does, and what it tells in /proc. */
export function Log() {
  const tab = useSettings((s) => s.logTab);
  const large = useSettings((s) => s.logLarge);
  const layout = useLayout();
  const [slot, setSlot] = useState<HTMLElement | null>(null);
  return (
    <section
      className={`lab-log${large ? ' large' : ''}`}
      data-region="log"
      aria-label={t('log.title')}
      onKeyDown={(e) => {
        if (e.key === 'Escape' && large) setLogLarge(false);
      }}
    >
      <Tabs className="log-tabs" selected={tab} onSelect={setLogTab}>
        <div className="log-head">
          <TabList className="tabs" label={t('log.title')}>
            <Tab id="kernel">{t('log.kernel')}</Tab>
            <Tab id="trace">{t('log.trace')}</Tab>
            <Tab id="proc">{t('log.proc')}</Tab>
          </TabList>
          <div ref={setSlot} />
          {layout !== 'narrow' && (
            <IconButton
              className="btn ic small"
              icon={large ? 'shrink' : 'grow'}
              label={t(large ? 'log.smaller' : 'log.larger')}
              onPress={() => setLogLarge(!large)}
            />
          )}
        </div>
        <ToolSlot value={slot}>
          <TabPanel id="kernel" className="log-panel">
            <KernelLog />
          </TabPanel>
          <TabPanel id="trace" className="log-panel">
            <Tracepoints />
          </TabPanel>
          <TabPanel id="proc" className="log-panel">
            <ProcFiles />
          </TabPanel>
        </ToolSlot>
      </Tabs>
    </section>
  );
}
