import { showReport } from '../../actions/postmortem';
import { pmWords as w } from '../../i18n/en-postmortem';
import type { ReportDocument } from '../../report/document';
import { verdictOf } from '../../report/sentences';
import type { PostMortemState } from '../../store/postmortem';

/** More reports than that are chosen from a list that opens. */
const FEW = 40;

const whenOf = (r: ReportDocument): string =>
  `${r.stamp ?? (r.time === null ? '' : `[${r.time.toFixed(3)}]`)} ${w.reportLine(r.line)}`.trim();

/** The reports of one log, in their order. */
export function ReportList({ answer, shown }: { answer: NonNullable<PostMortemState['answer']>; shown: number }) {
  const { reports } = answer;
  if (reports.length > FEW) {
    return (
      <nav className="pm-list" aria-label={w.reports}>
        <label className="pm-pick">
          {w.reports}{' '}
          <select className="field" value={shown} onChange={(event) => showReport(Number(event.currentTarget.value))}>
            {reports.map((r, i) => (
              <option key={r.line} value={i}>
                {whenOf(r)}: {verdictOf(r).who}
              </option>
            ))}
          </select>
        </label>
      </nav>
    );
  }
  return (
    <nav className="pm-list" aria-label={w.reports}>
      <ol>
        {reports.map((r, i) => (
          <li key={r.line}>
            <button type="button" aria-current={i === shown || undefined} onClick={() => showReport(i)}>
              <b>{verdictOf(r).who}</b>
              <small>{whenOf(r)}</small>
            </button>
          </li>
        ))}
      </ol>
    </nav>
  );
}
