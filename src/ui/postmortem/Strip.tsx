import { pmWords as w } from '../../i18n/en-postmortem';
import type { ReportDocument } from '../../report/document';

const LEAST = -1000;
const MOST = 1000;
const place = (adj: number): string => `${(100 * (adj - LEAST)) / (MOST - LEAST)}%`;

/** Who dies for each oom_score_adj of the victim, and what its adj was. */
export function Strip({ report: r }: { report: ReportDocument }) {
  const victim = r.tasks.find((task) => task.pid === r.victim?.pid);
  if (r.strip.length === 0 || !victim) return null;
  const segments = r.strip.map(({ from, dies }, i) => ({ from, dies, to: (r.strip[i + 1]?.from ?? MOST + 1) - 1 }));
  return (
    <figure className="pm-strip">
      <svg width="100%" height="26" aria-hidden="true">
        {segments.map(({ from, to, dies }) => (
          <rect
            key={from}
            x={place(from)}
            y="4"
            width={`${(100 * (to - from)) / (MOST - LEAST)}%`}
            height="14"
            fill={dies.pid === victim.pid ? 'var(--red)' : 'var(--line-3)'}
          />
        ))}
        <circle cx={place(victim.oom_score_adj)} cy="11" r="6" className="pm-was" />
      </svg>
      <figcaption className="vh">{w.strip}</figcaption>
      <ul>
        {segments.map(({ from, to, dies }) => (
          <li key={from} data-victim={dies.pid === victim.pid || undefined}>
            <span>{w.adjRange(from, to)}</span> {w.dies(dies.comm, dies.pid)}
          </li>
        ))}
        <li>● {w.was(victim.oom_score_adj)}</li>
      </ul>
    </figure>
  );
}
