import { useMemo, useState } from 'react';
import { Slider, SliderThumb, SliderTrack } from 'react-aria-components';
import { pmWords as w } from '../../i18n/en-postmortem';
import { sizeText } from '../../i18n/en-report';
import type { ReportDocument } from '../../report/document';
import { moreOutcomeOf, moreTextOf, savedOf } from '../../report/sentences';
import { type Question, questionOfDocument, stripOf } from '../../report/whatIf';
import { int } from '../format';

const LEAST = -1000;
const MOST = 1000;
const place = (adj: number): string => `${(100 * (adj - LEAST)) / (MOST - LEAST)}%`;

type Task = ReportDocument['tasks'][number];

/** What would have changed the choice: another oom_score_adj for any task, more swap or a higher limit. */
export function WhatIf({ report: r }: { report: ReportDocument }) {
  const question = useMemo(() => questionOfDocument(r), [r]);
  return (
    <section aria-labelledby="pm-saved" className="pm-whatif">
      <div className="hd">
        <h2 id="pm-saved">{w.saved}</h2>
        {question && <span className="mut">{w.savedSub}</span>}
      </div>
      {!r.savedBy && <p>{savedOf(r)}</p>}
      {question && <Strips report={r} question={question} />}
      <More report={r} />
    </section>
  );
}

function Strips({ report: r, question }: { report: ReportDocument; question: Question }) {
  const able = r.tasks.filter((task) => task.points !== null || task.oom_score_adj === LEAST);
  const victim = able.find((task) => task.pid === r.victim?.pid);
  const others = able
    .filter((task) => task !== victim && task.pid !== 1)
    .sort((a, b) => (b.points ?? LEAST) - (a.points ?? LEAST));
  // At first the one that came closest.
  const [pid, setPid] = useState(others[0]?.pid ?? -1);
  const other = others.find((task) => task.pid === pid);
  if (!victim) return null;
  return (
    <>
      <Strip key={victim.pid} task={victim} victim={victim} question={question} />
      {other && (
        <>
          <label className="pm-pick">
            {w.otherTask}{' '}
            <select className="field" value={pid} onChange={(event) => setPid(Number(event.currentTarget.value))}>
              {others.map((task) => (
                <option key={task.pid} value={task.pid}>
                  {task.name} ({task.pid})
                </option>
              ))}
            </select>
          </label>
          <Strip key={`other ${other.pid}`} task={other} victim={victim} question={question} />
        </>
      )}
    </>
  );
}

/** Who dies for each oom_score_adj of one task; a marker to drag says it for one. */
function Strip({ task, victim, question }: { task: Task; victim: Task; question: Question }) {
  const [adj, setAdj] = useState(task.oom_score_adj);
  const segments = useMemo(
    () => stripOf(question, task.pid).map((s, i, all) => ({ ...s, to: (all[i + 1]?.from ?? MOST + 1) - 1 })),
    [question, task.pid],
  );
  const now = segments.find((s) => adj >= s.from && adj <= s.to);
  if (segments.length === 0) return null;
  return (
    <div className="pm-strip">
      <p>
        <b>{task.name}</b> <span className="mut">{task.pid}</span> adj {int(adj)}
        {adj !== task.oom_score_adj && <span className="mut"> ({w.was(task.oom_score_adj)})</span>}:{' '}
        <span role="status" className={now?.dies.pid === victim.pid ? 'red' : undefined}>
          {now ? w.dies(now.dies.comm, now.dies.pid) : w.nobodyDies}
        </span>
      </p>
      <div className="pm-strip-track">
        <svg className="pm-strip-bar" width="100%" height="14" aria-hidden="true">
          {segments.map(({ from, to, dies }) => (
            <rect
              key={from}
              x={place(from)}
              width={`${(100 * (to - from)) / (MOST - LEAST)}%`}
              height="14"
              fill={dies.pid === victim.pid ? 'var(--red)' : 'var(--line-3)'}
            />
          ))}
        </svg>
        <Slider
          aria-label={w.adjOf(task.name, task.pid)}
          minValue={LEAST}
          maxValue={MOST}
          value={adj}
          onChange={(value) => setAdj(value)}
        >
          <SliderTrack className="pm-slider">
            <SliderThumb className="adj-thumb" />
          </SliderTrack>
        </Slider>
      </div>
      <ul>
        {segments.map(({ from, to, dies }) => (
          <li key={from} data-victim={dies.pid === victim.pid || undefined}>
            <span>{w.adjRange(from, to)}</span> {w.dies(dies.comm, dies.pid)}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Steps of the slider for more memory: each doubles, from 1 MiB to 512 GiB. */
const STEPS = 20;
const kbAt = (step: number): number => (step === 0 ? 0 : 1024 * 2 ** (step - 1));

function More({ report: r }: { report: ReportDocument }) {
  const [step, setStep] = useState(0);
  const { more } = r;
  const kb = kbAt(step);
  const name = more.of === 'swap' ? w.moreSwap : w.moreLimit;
  return (
    <div className="pm-more">
      <p>{moreTextOf(r)}</p>
      {more.code === 'enough' && (
        <>
          <p>
            <b>{name}</b> <span className="num">+{sizeText(kb)}</span>:{' '}
            <span role="status">{moreOutcomeOf(r, kb)}</span>
          </p>
          <Slider aria-label={name} minValue={0} maxValue={STEPS} value={step} onChange={(value) => setStep(value)}>
            <SliderTrack className="pm-slider line">
              <SliderThumb className="adj-thumb" />
            </SliderTrack>
          </Slider>
        </>
      )}
    </div>
  );
}
