import { useState } from 'react';
import { Button } from 'react-aria-components';
import { pmWords as w } from '../../i18n/en-postmortem';
import { partNames, sizeText } from '../../i18n/en-report';
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
  // What an oom_score_adj is worth: with it the columns add up to the points. Where it is 0 for all, it is left out.
  const unit = r.ranking?.inPages ? Math.floor(r.ranking.total / 1000) : 0;
  const weighed = unit > 0 && rows.some(({ task }) => task.oom_score_adj !== 0 && task.points !== null);
  const dying = r.tasks.some((task) => task.wouldDieAt !== null);
  let scale = 1;
  for (const { task } of rows) scale = Math.max(scale, task.rss + (task.swapents ?? 0));
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
                  <th scope="col">{w.holds}</th>
                  {[w.rss, w.swapents, w.pageTables, w.adj, ...(weighed ? [w.adjTimes(unit)] : [])].map((text) => (
                    <th key={text} scope="col" className="num">
                      {text}
                    </th>
                  ))}
                  <th scope="col" className="num pm-points" aria-sort="descending">
                    {w.points}
                  </th>
                  {dying && (
                    <th scope="col" className="num">
                      {w.diesAt}
                    </th>
                  )}
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
                    <td>
                      <TaskBar task={task} scale={scale} pageSize={r.pageSize} />
                    </td>
                    <td className="num">{int(task.rss)}</td>
                    <td className="num">{or(task.swapents)}</td>
                    <td className="num">
                      {or(task.pgtables_bytes === null ? null : Math.floor(task.pgtables_bytes / r.pageSize))}
                    </td>
                    <td className="num">{int(task.oom_score_adj)}</td>
                    {weighed && <td className="num">{or(task.points === null ? null : task.oom_score_adj * unit)}</td>}
                    <td className="num pm-points">
                      <b>{or(task.points)}</b>
                    </td>
                    {dying && <td className="num">{or(task.wouldDieAt)}</td>}
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
          {dying && <p className="mut">{w.tasksNote}</p>}
        </>
      )}
    </section>
  );
}

type Task = ReportDocument['tasks'][number];

/** A task's memory by kind, then its swap, on one scale with its neighbours. Before 6.8 the kinds are not printed. */
function TaskBar({ task, scale, pageSize }: { task: Task; scale: number; pageSize: number }) {
  const parts: [string, string, number][] = [
    ['k-anon', partNames.anon, task.rss_anon ?? task.rss],
    ['k-file', partNames.file, task.rss_file ?? 0],
    ['k-shm', partNames.shmem, task.rss_shmem ?? 0],
    ['k-swap', w.swapents, task.swapents ?? 0],
  ];
  const named = task.rss_anon === undefined ? [['', w.rss, task.rss] as const, parts[3]] : parts;
  const text = named
    .filter(([, , pages]) => pages > 0)
    .map(([, name, pages]) => `${name} ${sizeText((pages * pageSize) / 1024)}`)
    .join(', ');
  return (
    <span className="rss pm-taskbar" role="img" aria-label={text || w.rss} title={text}>
      {parts.map(([kind, , pages]) => (
        <i
          key={kind}
          className={kind}
          style={{ width: `${(100 * pages) / scale}%` }}
          data-empty={pages === 0 || undefined}
        />
      ))}
    </span>
  );
}

const or = (n: number | null): string => (n === null ? '—' : int(n));
