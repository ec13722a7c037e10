import { useState } from 'react';
import { showReport } from '../../actions/postmortem';
import { pmWords as w } from '../../i18n/en-postmortem';
import { reportWords, sizeText } from '../../i18n/en-report';
import type { ReportDocument } from '../../report/document';
import { storyLineOf } from '../../report/sentences';
import type { ParsedStory } from '../../report/types';

/** More kills than that are not listed until one asks. */
const FEW = 30;

/** All kills of a log on one line of time, and the same as a table. */
export function Story({
  story,
  reports,
  shown,
}: {
  story: ParsedStory;
  reports: readonly ReportDocument[];
  shown: number;
}) {
  const { events, repeated } = story;
  const [open, setOpen] = useState(events.length <= FEW);
  const indexOf = (line: number | null): number => reports.findIndex((r) => r.line === line);
  return (
    <section aria-labelledby="pm-story" className="pm-story">
      <div className="hd">
        <h2 id="pm-story">{reportWords.story}</h2>
        <span className="mut">{w.storySub(events.length)}</span>
      </div>
      <Timeline events={events} shown={reports[shown]?.line ?? -1} />
      {repeated.length > 0 && <p>{repeated.map((x) => w.repeated(x.comm, x.kills)).join(' ')}</p>}
      <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>{w.storyTable}</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
        <fieldset className="pm-scroll" tabIndex={0} aria-label={w.storyTable}>
          <table className="pm-table">
            <thead>
              <tr>
                <th scope="col">{w.when}</th>
                <th scope="col">{w.died}</th>
                <th scope="col" className="num">
                  {w.freed}
                </th>
                <th scope="col">{w.helped}</th>
              </tr>
            </thead>
            <tbody>
              {(open ? events : []).map((e) => {
                const index = indexOf(e.report);
                const when = e.stamp ?? (e.time === null ? w.reportLine(e.line) : `[${e.time.toFixed(3)}]`);
                return (
                  <tr key={e.line} data-shown={(index >= 0 && index === shown) || undefined}>
                    <td>
                      {index < 0 ? (
                        when
                      ) : (
                        <button type="button" className="link" onClick={() => showReport(index)}>
                          {when}
                        </button>
                      )}
                    </td>
                    <th scope="row">
                      {e.comm} <span className="mut">{e.pid}</span>
                      {e.again && <span className="mut"> {w.again2}</span>}
                    </th>
                    <td className="num">{e.freedKb === null ? '—' : sizeText(e.freedKb)}</td>
                    <td className="pm-help">{storyLineOf(e)}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </fieldset>
      </details>
    </section>
  );
}

/** Each kill where it happened, as high as what it freed; kills that did not help are filled. */
function Timeline({ events, shown }: { events: ParsedStory['events']; shown: number }) {
  const timed = events.filter((e) => e.time !== null);
  const first = timed[0]?.time ?? 0;
  const span = (timed.at(-1)?.time ?? 0) - first;
  if (timed.length < 2 || !(span > 0)) return null;
  const most = Math.max(1, ...timed.map((e) => e.freedKb ?? 0));
  return (
    <>
      <svg className="pm-timeline" width="100%" height="64" role="img" aria-label={w.timeline(timed.length, span)}>
        <line x1="0" x2="100%" y1="60" y2="60" stroke="var(--line-3)" />
        {timed.map((e) => {
          const height = 6 + (50 * (e.freedKb ?? 0)) / most;
          return (
            <rect
              key={e.line}
              x={`${1 + (98 * ((e.time ?? 0) - first)) / span}%`}
              y={60 - height}
              width="5"
              height={height}
              fill={e.helped === false ? 'var(--red)' : 'var(--ink-3)'}
              stroke={e.report === shown ? 'var(--ink)' : 'none'}
              strokeWidth="2"
            />
          );
        })}
      </svg>
      <p className="mut">{w.timelineNote}</p>
    </>
  );
}
