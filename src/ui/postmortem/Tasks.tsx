import { useState } from 'react';
import { Button } from 'react-aria-components';
import { pmWords as w } from '../../i18n/en-postmortem';
import type { ReportDocument } from '../../report/document';
import { marksOf, markText, rankedTasks } from '../../report/sentences';
import { int } from '../format';

/** Rows before one asks for all. */
const FEW = 15;

/** Who was there, by our points: the victim and our pick are marked. */
export function Tasks({ report: r }: { report: ReportDocument }) {
  const [all, setAll] = useState(false);
  const ranked = rankedTasks(r).map((task, place) => ({ task, place, marks: marksOf(r, task.pid) }));
  // Victim, our pick and who asked are shown wherever they rank; the rest of a group that died with the victim is not.
  const rows = all
    ? ranked
    : ranked.filter(
        ({ task, place, marks }) => place < FEW || task.pid === r.victim?.pid || marks.predicted || marks.asked,
      );
  return (
    <section aria-labelledby="pm-tasks">
      <div className="hd">
        <h2 id="pm-tasks">{w.tasks}</h2>
        <span className="mut">{w.tasksSub}</span>
      </div>
      {ranked.length === 0 ? (
        <p className="sub">{w.noTasks}</p>
      ) : (
        <>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
          <fieldset className="pm-scroll" tabIndex={0} aria-label={w.tasks}>
            <table className="pm-table pm-tasks">
              <thead>
                <tr>
                  <th scope="col">{w.task}</th>
                  {[w.rss, w.swapents, w.pageTables, w.adj].map((text) => (
                    <th key={text} scope="col" className="num">
                      {text}
                    </th>
                  ))}
                  <th scope="col" className="num" aria-sort="descending">
                    {w.points}
                  </th>
                  <th scope="col" className="num">
                    {w.diesAt}
                  </th>
                  <th scope="col">{w.mark}</th>
                </tr>
              </thead>
              <tbody>
                {rows.map(({ task, place, marks }) => (
                  <tr
                    key={place}
                    data-victim={marks.victim || undefined}
                    data-predicted={marks.predicted || undefined}
                    data-pid={task.pid}
                  >
                    <th scope="row">
                      {task.name} <span className="mut">{task.pid}</span>
                    </th>
                    <td className="num">{int(task.rss)}</td>
                    <td className="num">{or(task.swapents)}</td>
                    <td className="num">
                      {or(task.pgtables_bytes === null ? null : Math.floor(task.pgtables_bytes / r.pageSize))}
                    </td>
                    <td className="num">{int(task.oom_score_adj)}</td>
                    <td className="num">
                      <b>{or(task.points)}</b>
                    </td>
                    <td className="num">{or(task.wouldDieAt)}</td>
                    <td>{markText(task, marks)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </fieldset>
          {rows.length < ranked.length && (
            <Button className="btn soft" onPress={() => setAll(true)}>
              {w.showAll(ranked.length)}
            </Button>
          )}
          {r.tasks.some((task) => task.wouldDieAt !== null) && <p className="mut">{w.tasksNote}</p>}
        </>
      )}
    </section>
  );
}

const or = (n: number | null): string => (n === null ? '—' : int(n));
