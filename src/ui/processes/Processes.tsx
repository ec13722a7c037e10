import { type FocusEvent, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { Button } from 'react-aria-components';
import { showGroup } from '../../actions/groups';
import { t } from '../../i18n';
import { oomVictim } from '../../linux/include/oom';
import { useShown } from '../../store';
import type { Frame, ProcFrame } from '../../worker/protocol';
import { Intro } from './Intro';
import { Launch } from './Launch';
import { barScale, keepOrder, orderProcesses, rowKind } from './order';
import { ProcessRow } from './ProcessRow';
import { useFlip } from './useFlip';

/** Rows shown before the rest is folded away. */
const SHOWN = 24;
const NO_PROCS: ProcFrame[] = [];
/** Who would be killed now: the candidate, or by old rules a child in its stead. */
export const doomedPid = (f: Frame): number => (f.sacrifice >= 0 ? f.sacrifice : f.candidate);

/** Nothing has happened on the machine yet. */
export const isFresh = (f: Frame): boolean => f.t === 0 && f.procs.every((p) => p.never === 'init');

const NO_RECORDS: Frame['oomRecords'] = [];

/** Processes by badness, and the programs that can be launched. */
export function Processes() {
  const grouped = useShown((f) => f.cgroups.length > 0, true);
  return (
    <section className="lab-scroll" data-region="processes" aria-label={t('processes.title')}>
      <div className="hd">
        <h2>{t('processes.title')}</h2>
        <span className="mut">{t('processes.sub')}</span>
        <span className="cols" aria-hidden="true">
          <span>{t('processes.points')}</span>
          <span>{t('processes.oomScore')}</span>
        </span>
      </div>
      <ProcessList />
      {!grouped && (
        <Button className="btn small to-groups" onPress={() => showGroup(null)}>
          {t('processes.groups')}
        </Button>
      )}
      <Launch />
    </section>
  );
}

/** When the OOM killer last killed a process, ns; -1 = never. */
function chosenAt(records: Frame['oomRecords'], pid: number): number {
  let at = -1;
  for (const record of records) if (oomVictim(record) === pid) at = record.t;
  return at;
}

function ProcessList() {
  const procs = useShown((f) => f.procs, NO_PROCS);
  const totalpages = useShown((f) => f.totalpages, 0);
  const candidate = useShown(doomedPid, -1);
  const kills = useShown((f) => f.oomRecords, NO_RECORDS);
  const fresh = useShown(isFresh, true);
  const [inHand, setInHand] = useState<number | null>(null);
  const [all, setAll] = useState(false);
  const order = useRef<number[]>([]);
  /** pid whose slider or field has the focus. */
  const typing = useRef<number | null>(null);
  const list = useRef<HTMLUListElement>(null);

  const rows = useMemo(() => {
    const sorted = orderProcesses(procs, kills.map(oomVictim));
    const kept = inHand === null ? sorted : keepOrder(sorted, order.current);
    order.current = kept.map((p) => p.pid);
    return kept;
  }, [procs, kills, inHand]);
  const visible = all ? rows : rows.slice(0, SHOWN);
  const scale = barScale(rows, totalpages);
  const kthreads = procs.length - rows.length;
  const doomed = rows.some((p) => rowKind(p) === 'full');
  useFlip(list, visible.map((p) => p.pid).join());

  /** A row is in hand while its slider or field has the focus. One that has a single line keeps to it. */
  function hold(e: FocusEvent) {
    const row = e.target.matches('input') ? e.target.closest<HTMLElement>('[data-pid]') : null;
    typing.current = row ? Number(row.dataset.pid) : null;
    setInHand(row && !row.matches('.mini') ? typing.current : null);
  }
  function release(e: FocusEvent) {
    // What is taken off the page while it has the focus has not been left.
    if (!e.target.isConnected) return;
    typing.current = null;
    setInHand(null);
  }
  // A new adj may give the row another form: the focus goes on in its field.
  useLayoutEffect(() => {
    const pid = typing.current;
    if (pid === null || document.activeElement !== document.body) return;
    list.current?.querySelector<HTMLElement>(`[data-pid="${pid}"] .adj-field`)?.focus();
  });

  return (
    <>
      {fresh && <Intro />}
      {rows.length > 0 && !doomed && !fresh && (
        <p className="sub small">{t(rows.some((p) => p.never !== 'init') ? 'processes.nobody' : 'processes.none')}</p>
      )}
      <ul ref={list} className="procs" aria-label={t('processes.list')} onFocus={hold} onBlur={release}>
        {visible.map((proc) => (
          <ProcessRow
            key={proc.pid}
            proc={proc}
            scale={scale}
            candidate={proc.pid === candidate}
            chosenAt={chosenAt(kills, proc.pid)}
            inHand={proc.pid === inHand}
          />
        ))}
        {kthreads > 0 && (
          <li className="proc mini">
            <span className="chip" aria-hidden="true">
              k
            </span>
            <span className="who">{t('processes.kthreads', { n: kthreads })}</span>
            <span className="note">{t('processes.never')}</span>
          </li>
        )}
      </ul>
      {rows.length > SHOWN && (
        <Button className="btn small" onPress={() => setAll(!all)}>
          {all ? t('processes.less') : t('processes.more', { n: rows.length - SHOWN })}
        </Button>
      )}
    </>
  );
}
