import { useEffect, useRef, useState } from 'react';
import { Button } from 'react-aria-components';
import { bootSettings, command } from '../../actions/lab';
import { t } from '../../i18n';
import { settingsWords as w } from '../../i18n/en-settings';
import { setSettingsOpen, useOpened, useShown } from '../../store';
import { IconButton } from '../controls/IconButton';
import { KernelChoice } from '../topbar/KernelChoice';
import { KnobRow } from './KnobRow';
import { knobGroups } from './knobList';
import './settings.css';

/** A sheet beside the running lab with every setting that the machine's kernel has. */
export default function Settings() {
  const [query, setQuery] = useState('');
  const [boot, setBoot] = useState<Record<string, string>>({});
  const search = useRef<HTMLInputElement>(null);
  const opened = useOpened();
  const names = useShown((f) => Object.keys(f.sysctl).join(' '), '');
  const groups = knobGroups(names.split(' ').filter(Boolean), query);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another machine has booted with other values
  useEffect(() => {
    let gone = false;
    void bootSettings().then((values) => {
      if (!gone) setBoot(values);
    });
    return () => {
      gone = true;
    };
  }, [opened]);
  // The focus comes here, and goes back to where it was.
  useEffect(() => {
    const before = document.activeElement;
    search.current?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);

  return (
    <aside
      className="sheet settings"
      aria-label={w.title}
      onKeyDown={(e) => {
        if (e.key === 'Escape' && !e.defaultPrevented) setSettingsOpen(false);
      }}
    >
      <header className="sheet-head">
        <h2>{w.title}</h2>
        <IconButton className="btn ic small" icon="cross" label={w.close} onPress={() => setSettingsOpen(false)} />
      </header>
      <p className="mut">{w.hint}</p>
      <input
        ref={search}
        className="field settings-search"
        type="search"
        aria-label={w.search}
        placeholder={w.search}
        value={query}
        onChange={(e) => setQuery(e.currentTarget.value)}
      />
      <div className="settings-list">
        {query === '' && <KernelChoice />}
        {groups.map(({ title, knobs }) => (
          <section key={title} aria-label={title}>
            <h3>{title}</h3>
            {knobs.map((knob) => (
              <KnobRow key={knob.name} knob={knob} boot={boot[knob.name]} />
            ))}
          </section>
        ))}
        {groups.length === 0 && <p>{w.nothing.replace('{query}', query)}</p>}
        <section aria-label={w.sysrq}>
          <h3>{t('sysrq.title')}</h3>
          <div className="sysrq">
            <Button className="btn soft small" onPress={() => void command({ op: 'sysrq', key: 'f' })}>
              {t('sysrq.f')}
            </Button>
            <Button className="btn soft small" onPress={() => void command({ op: 'sysrq', key: 'm' })}>
              {t('sysrq.m')}
            </Button>
          </div>
        </section>
      </div>
    </aside>
  );
}
