import { Fragment, memo, type ReactNode, useMemo } from 'react';
import { Button } from 'react-aria-components';
import { t } from '../../i18n';
import { hoverKind, hoverPid, useRun, useSelection } from '../../store';
import type { LogFrame } from '../../worker/protocol';
import { usePointing } from '../controls/usePointing';
import { WhyButton } from '../inspector/WhyButton';
import { aboutOf } from './about';
import { Scroller } from './Scroller';

/** Lines in the document at a time; Copy takes all there are. */
const DRAWN = 1500;

/** "[   43.800123] text", as dmesg prints it. */
export function dmesgTime(ns: number): string {
  return `[${(ns / 1e9).toFixed(6).padStart(12)}]`;
}
const dmesg = (line: LogFrame): string => `${dmesgTime(line.t)} ${line.text}`;

/** Lines that decide something are set in bold. */
const WEIGHTY = /invoked oom-killer|^Out of memory|^oom-kill:|^oom_reaper|^Kernel panic|Killed process/;

export function KernelLog() {
  const log = useRun((s) => s.log);
  const first = Math.max(0, log.length - DRAWN);
  const rows = useMemo(() => rowsFrom(log, first), [log, first]);
  const hasReport = rows.some(({ line }) => line && isReport(line));
  return (
    <Scroller
      version={log}
      label={t('log.kernel')}
      copy={() => log.filter(Boolean).map(dmesg).join('\n')}
      tools={
        hasReport && (
          <Button className="btn soft small" onPress={goToReport}>
            {t('log.goReport')}
          </Button>
        )
      }
    >
      {log.length === 0 && <p className="log-empty">{t('log.kernel.empty')}</p>}
      {rows.map(({ n, line, missing }) => (line ? <Line key={n} line={line} /> : <Gap key={n} n={missing} />))}
    </Scroller>
  );
}

const isReport = (line: LogFrame): boolean => line.text.includes('invoked oom-killer');

/** Scrolls to the head of the last report. */
function goToReport(): void {
  const heads = document.querySelectorAll<HTMLElement>('.log-line[data-report]');
  const last = heads[heads.length - 1];
  const box = last?.closest<HTMLElement>('.log');
  if (box) box.scrollTop = last.offsetTop - box.offsetTop;
}

const KILLED = /: Killed process (\d+) \(([^)]*)\)/;

const Line = memo(function Line({ line }: { line: LogFrame }) {
  const killed = KILLED.exec(line.text);
  const weighty = WEIGHTY.test(line.text);
  const { pid, kind } = useMemo(() => aboutOf(line.text), [line.text]);
  const kept = useSelection((s) => pid !== null && s.hoveredPid === pid);
  const { enter, leave } = usePointing(
    () => {
      if (pid !== null) hoverPid(pid);
      if (kind !== null) hoverKind(kind);
    },
    () => {
      if (pid !== null) hoverPid(null);
      if (kind !== null) hoverKind(null);
    },
  );
  return (
    <div
      className={weighty ? 'log-line weighty' : 'log-line'}
      data-report={isReport(line) || undefined}
      data-kept={kept || undefined}
      onPointerEnter={enter}
      onPointerLeave={leave}
    >
      <span className="ts">{dmesgTime(line.t)}</span> {weighty ? foldable(line.text) : line.text}
      {killed && <WhyButton pid={Number(killed[1])} name={killed[2]} />}
    </div>
  );
});

/** May go on in the next line after any comma. */
const foldable = (text: string): ReactNode =>
  text.split(',').map((part, i) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text, which does not change
    <Fragment key={i}>
      {i > 0 && (
        <>
          ,<wbr />
        </>
      )}
      {part}
    </Fragment>
  ));

function Gap({ n }: { n: number }) {
  return <div className="log-line mut">… {t('log.gap', { n })}</div>;
}

interface Row {
  /** Number of the line since boot. */
  n: number;
  line?: LogFrame;
  /** How many lines are missing here. */
  missing: number;
}

/** The lines from `first` on, with one row for each run of missing ones. */
function rowsFrom(log: readonly (LogFrame | undefined)[], first: number): Row[] {
  const rows: Row[] = [];
  for (let n = first; n < log.length; n++) {
    const line = log[n];
    const last = rows[rows.length - 1];
    if (line) rows.push({ n, line, missing: 0 });
    else if (last && !last.line) last.missing++;
    else rows.push({ n, missing: 1 });
  }
  return rows;
}
