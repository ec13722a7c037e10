import { type DragEvent, useEffect, useRef, useState } from 'react';
import { Button } from 'react-aria-components';
import { useStore } from 'zustand';
import { copyReportLink, explain, explainAddress, forget } from '../../actions/postmortem';
import { closePostMortem } from '../../actions/screen';
import { t } from '../../i18n';
import { pmWords as w } from '../../i18n/en-postmortem';
import { reportWords } from '../../i18n/en-report';
import type { Instead } from '../../report/explain';
import { reportMarkdown } from '../../report/markdown';
import { notify, setTheme, settingsStore, useSettings } from '../../store';
import { postMortemStore } from '../../store/postmortem';
import { Patterns } from '../charts/Patterns';
import { IconButton } from '../controls/IconButton';
import { Mark } from '../controls/Icons';
import { Notices } from '../status/Notices';
import './postmortem.css';
import { Report } from './Report';
import { ReportList } from './ReportList';
import { Story } from './Story';

/** Explains the report of the address, now and whenever another one is put there. */
function followReport(): () => void {
  const read = (): void => explainAddress(location.hash);
  read();
  addEventListener('hashchange', read);
  return () => removeEventListener('hashchange', read);
}

/** A log is pasted, dropped or chosen; its OOM reports are explained. The lab's machine is left as it is. */
export default function PostMortem() {
  const { phase, answer, shown } = useStore(postMortemStore);
  const [over, setOver] = useState(false);
  useEffect(followReport, []);
  useEffect(printLight, []);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const [file] = event.dataTransfer.files;
    const input = file ?? event.dataTransfer.getData('text/plain');
    if (input) void explain(input);
  };
  return (
    // Dropping is a shortcut: the same is done with the button and the field.
    // biome-ignore lint/a11y/noStaticElementInteractions: see above
    <div
      className="pm"
      data-region="postmortem"
      data-over={over || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={(event) => {
        if (event.currentTarget === event.target) setOver(false);
      }}
      onDrop={drop}
    >
      <TopRow />
      <main className="pm-main">
        <Patterns />
        {phase === 'done' && answer ? (
          <>
            <div className="pm-bar">
              <span className="sub" role="status">
                {w.found(answer.reports.length, answer.lines, answer.inReports)}
              </span>
              <span className="grow" />
              <Button className="btn soft" onPress={() => void copy(reportMarkdown(answer.reports[shown]))}>
                {w.copy}
              </Button>
              <Button className="btn soft" aria-describedby="pm-link" onPress={() => void copyReportLink(shown)}>
                {w.link}
              </Button>
              <span id="pm-link" hidden>
                {w.linkSub}
              </span>
              <Button className="btn soft" onPress={forget}>
                {w.again}
              </Button>
            </div>
            {answer.reports.length > 1 && <ReportList answer={answer} shown={shown} />}
            {answer.story.events.length > 1 && <Story story={answer.story} reports={answer.reports} shown={shown} />}
            <Report key={shown} report={answer.reports[shown]} index={shown} />
          </>
        ) : (
          <Paste />
        )}
      </main>
      <Notices />
    </div>
  );
}

/** Paper is white: what is printed has the light theme's colours. Returns what ends it. */
function printLight(): () => void {
  const { dataset } = document.documentElement;
  const before = () => {
    dataset.theme = 'light';
  };
  const after = () => {
    dataset.theme = settingsStore.getState().theme;
  };
  addEventListener('beforeprint', before);
  addEventListener('afterprint', after);
  return () => {
    removeEventListener('beforeprint', before);
    removeEventListener('afterprint', after);
  };
}

function TopRow() {
  const theme = useSettings((s) => s.theme);
  return (
    <header className="bar pm-top" data-region="top-bar">
      <span className="mark">
        <Mark />
        {t('app.name')}
      </span>
      <span className="mut pm-name">{w.title}</span>
      <span className="grow" />
      <nav className="bar-nav" aria-label={t('nav.label')}>
        <IconButton
          className="btn ic touch"
          icon={theme === 'dark' ? 'sun' : 'moon'}
          label={t(theme === 'dark' ? 'theme.light' : 'theme.dark')}
          onPress={() => setTheme(theme === 'dark' ? 'light' : 'dark')}
        />
        <Button className="btn touch" aria-label={w.back} onPress={closePostMortem}>
          {w.backShort}
        </Button>
      </nav>
    </header>
  );
}

/** Where a log goes in, and what is wrong with the one that did. */
function Paste() {
  const { phase, size, why, instead } = useStore(postMortemStore);
  const field = useRef<HTMLTextAreaElement>(null);
  const file = useRef<HTMLInputElement>(null);
  const [empty, setEmpty] = useState(false);
  useEffect(() => field.current?.focus(), []);
  const go = (text: string) => {
    setEmpty(text.trim() === '');
    if (text.trim() !== '') void explain(text);
  };
  const problem = empty ? w.nothingPasted : phase === 'failed' ? failure(why, instead) : '';
  return (
    <section className="pm-paste" aria-labelledby="pm-paste">
      <h1 id="pm-paste">{w.pasteTitle}</h1>
      <p className="sub" id="pm-help">
        {w.pasteHelp}
      </p>
      <textarea
        ref={field}
        aria-label={w.pasteLabel}
        aria-describedby="pm-help"
        spellCheck={false}
        autoComplete="off"
        rows={14}
        onPaste={(event) => {
          // A log pasted over nothing, or over everything, is meant to be read at once.
          const { value, selectionStart, selectionEnd } = event.currentTarget;
          if (selectionEnd - selectionStart === value.length) go(event.clipboardData.getData('text/plain'));
        }}
      />
      <div className="pm-actions">
        <Button className="btn solid touch" onPress={() => go(field.current?.value ?? '')}>
          {w.explain}
        </Button>
        <Button className="btn soft touch" onPress={() => file.current?.click()}>
          {w.choose}
        </Button>
        <input
          ref={file}
          type="file"
          hidden
          aria-label={w.choose}
          onChange={(event) => {
            const [chosen] = event.currentTarget.files ?? [];
            event.currentTarget.value = '';
            if (chosen) void explain(chosen);
          }}
        />
        <span role="status">{phase === 'reading' ? w.reading(size) : ''}</span>
        {phase === 'reading' && <Reading />}
      </div>
      <p className="pm-problem" role="alert">
        {problem}
      </p>
    </section>
  );
}

/** How far it has got, and the way out. */
function Reading() {
  const share = useStore(postMortemStore, (s) => s.share);
  const percent = Math.floor(share * 100);
  return (
    <>
      <progress max={100} value={percent} aria-label={w.readShare} />
      <span className="num">{percent} %</span>
      <Button className="btn soft touch" onPress={forget}>
        {w.cancel}
      </Button>
    </>
  );
}

function failure(why: string, instead: Instead | null): string {
  if (why !== '') return w.failed(why);
  return instead ? w.instead(reportWords.instead[instead]) : w.noReport(reportWords.noReport);
}

async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    notify(w.copied);
  } catch {
    notify(w.copyFailed, true);
  }
}
