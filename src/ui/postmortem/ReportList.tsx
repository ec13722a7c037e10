import { showReport } from '../../actions/postmortem';
import { pmWords as w } from '../../i18n/en-postmortem';
import { verdictOf } from '../../report/sentences';
import type { PostMortemState } from '../../store/postmortem';

/** The reports of one log, in their order. */
export function ReportList({ answer, shown }: { answer: NonNullable<PostMortemState['answer']>; shown: number }) {
  const { reports } = answer;
  return (
    <nav className="pm-list" aria-label={w.reports}>
      <ol>
        {reports.map((r, i) => (
          <li key={r.line}>
            <button type="button" aria-current={i === shown || undefined} onClick={() => showReport(i)}>
              <b>{verdictOf(r).who}</b>
              <small>
                {r.stamp ?? (r.time === null ? '' : `[${r.time.toFixed(3)}]`)} {w.reportLine(r.line)}
              </small>
            </button>
          </li>
        ))}
      </ol>
    </nav>
  );
}
