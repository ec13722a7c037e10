/** A report as Markdown, for the ticket of the incident. */
import { pmWords as p } from '../i18n/en-postmortem';
import { partNames, reportWords, sizeText } from '../i18n/en-report';
import type { ReportDocument } from './document';
import {
  agreementOf,
  causesOf,
  detailsOf,
  inequalityOf,
  marksOf,
  markText,
  moreTextOf,
  rankedTasks,
  savedOf,
  verdictOf,
} from './sentences';

/** Tasks that are worth a line in a ticket. */
const TOP = 10;

const SPECIAL = /[\\`*_[\]<>|#~]/g;
/** Text of the log is not to be taken for markup. */
const plain = (text: string): string => text.replace(SPECIAL, '\\$&').replace(/\s+/g, ' ');

const row = (cells: readonly (string | number)[]): string => `| ${cells.map((c) => plain(String(c))).join(' | ')} |`;

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string[] {
  return [row(head), `|${head.map((_, i) => (i === 0 ? ' --- ' : ' ---: ')).join('|')}|`, ...rows.map(row)];
}

export function reportMarkdown(r: ReportDocument): string {
  const verdict = verdictOf(r);
  const kb = (pages: number): string => sizeText((pages * r.pageSize) / 1024);
  const out = [`## ${plain(verdict.who)}`, '', plain(`${verdict.who}${verdict.why}`), ''];
  out.push(plain(reportWords.where(r.line, r.release ?? r.kernel)), '');
  for (const x of [...detailsOf(r), agreementOf(r)]) out.push(`- ${plain(x)}`);
  const causes = causesOf(r);
  if (causes.length + r.zones.length > 0) out.push('', `### ${p.why}`, '', ...causes.map((x) => `- ${plain(x)}`));
  if (r.zones.length > 0) {
    out.push(
      '',
      ...table(
        [p.zone, p.test, p.outcome],
        r.zones.map((z) => [z.zone, inequalityOf(z, r.order ?? 0), p.zoneCodes[z.code] ?? z.code]),
      ),
    );
  }
  if (r.memory) {
    const { parts, totalPages } = r.memory;
    out.push('', `### ${reportWords.memory}`, '');
    out.push(
      ...table(
        [p.part, p.size, p.pages],
        [...parts.map((x) => [partNames[x.code] ?? x.code, kb(x.pages), x.pages]), [p.sum, kb(totalPages), totalPages]],
      ),
    );
  }
  const tasks = rankedTasks(r).slice(0, TOP);
  if (tasks.length > 0) {
    out.push('', `### ${p.tasks}`, '');
    out.push(
      ...table(
        [p.task, p.rss, p.swapents, p.adj, p.points, p.mark],
        tasks.map((x) => [
          `${x.name} (${x.pid})`,
          x.rss,
          x.swapents ?? '',
          x.oom_score_adj,
          x.points ?? '',
          markText(x, marksOf(r, x.pid)),
        ]),
      ),
    );
  }
  out.push('', `### ${p.saved}`, '', plain(savedOf(r)), '', plain(moreTextOf(r)));
  if (r.warnings.length > 0) out.push('', `### ${reportWords.warnings}`, '', ...r.warnings.map((x) => `- ${plain(x)}`));
  return `${out.join('\n')}\n`;
}
