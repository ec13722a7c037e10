import { useState } from 'react';
import { inspectorWords as w } from '../../i18n/en-inspector';
import { logWords as say } from '../../i18n/en-inspector-log';
import { hoverKind, hoverPid, useSelection } from '../../store';
import type { KillReport } from '../../worker/protocol';
import { usePointing } from '../controls/usePointing';
import { taskOfLine } from '../log/about';
import { explainReport, type Figure, type Item, pieces } from './dmesg';

/** The kernel's report with each line in plain words, and its numbers beside the model's. */
export function DmesgMap({ kill }: { kill: KillReport }) {
  const items = explainReport(kill);
  return (
    <section data-region="dmesg-map" aria-label={w.log}>
      <div className="hd ki-hd">
        <h2>{w.log}</h2>
        <span className="mut">{w.logSub}</span>
      </div>
      {kill.lines.length < 3 && <p className="sub">{w.noLines}</p>}
      <ol className="ki-dmesg">
        {items.map((item) => (
          <Entry key={item.key} item={item} />
        ))}
      </ol>
    </section>
  );
}

function Entry({ item }: { item: Item }) {
  const [open, setOpen] = useState(!item.folded);
  const faded = useSelection((s) => s.hoveredPid !== null && item.pid !== null && s.hoveredPid !== item.pid);
  const { enter, leave } = usePointing(
    () => {
      if (item.pid !== null && item.pid >= 0) hoverPid(item.pid);
      else if (item.kind) hoverKind(item.kind);
    },
    () => {
      hoverPid(null);
      hoverKind(null);
    },
  );
  return (
    <li className={faded ? 'faded' : undefined} onPointerEnter={enter} onPointerLeave={leave}>
      {open ? (
        item.lines.map((line) => <Line key={line} line={line} weighty={item.weighty} />)
      ) : (
        <button type="button" className="ki-fold" onClick={() => setOpen(true)}>
          <code>{item.lines[0].trim()}</code> <span className="mut">… {w.lines(item.lines.length)}</span>
        </button>
      )}
      <p>{item.sentence}</p>
      {item.flags.length > 0 && (
        <dl className="ki-flags">
          {item.flags.map(([name, meaning]) => (
            <div key={name}>
              <dt className="mono">{name}</dt>
              <dd>{meaning}</dd>
            </div>
          ))}
        </dl>
      )}
      {item.figures.length > 0 && <Figures figures={item.figures} />}
    </li>
  );
}

function Line({ line, weighty }: { line: string; weighty: RegExp | null }) {
  const pid = taskOfLine(line);
  const faded = useSelection((s) => s.hoveredPid !== null && pid !== null && s.hoveredPid !== pid);
  const hover = pid === null ? {} : { onPointerEnter: () => hoverPid(pid), onPointerLeave: () => hoverPid(null) };
  return (
    <code className={faded ? 'faded' : undefined} data-pid={pid ?? undefined} {...hover}>
      {pieces(line, weighty).map(({ text, bold }, i) =>
        // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of a line keep their places
        bold ? <b key={i}>{text}</b> : <span key={i}>{text}</span>,
      )}
    </code>
  );
}

/** The numbers of a line, each beside what the model has. */
function Figures({ figures }: { figures: readonly Figure[] }) {
  const wrong = figures.filter((f) => !f.same).length;
  return (
    <details className="ki-figures">
      <summary>
        {w.numbers(figures.length)}: {wrong === 0 ? w.same : `${wrong} ${w.differs}`}
      </summary>
      <table>
        <thead>
          <tr>
            <th className="l" scope="col">
              {' '}
              <span className="vh">{w.task}</span>
            </th>
            <th scope="col">{w.says}</th>
            <th scope="col">{w.model}</th>
            <td />
          </tr>
        </thead>
        <tbody>
          {figures.map((f, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: two tasks may have the same name; rows keep their places
            <tr key={i} onPointerEnter={() => hoverKind(f.kind)} onPointerLeave={() => hoverKind(null)}>
              <th className="l" scope="row">
                <span className="mono">{f.name}</span>{' '}
                <span className="mut">{say.fields[f.name.split(' ').pop() ?? ''] ?? say.fields[f.name]}</span>
              </th>
              <td>{f.says}</td>
              <td>{f.model}</td>
              <td className="l">{f.same ? `✓ ${w.same}` : `✗ ${w.differs}`}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
