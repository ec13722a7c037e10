/** What the post-mortem screen does: read a text, choose among its reports, and take a report's machine to the lab. */
import { pmWords } from '../i18n/en-postmortem';
import { decodeReport, encodeReport, linesOf } from '../report/link';
import { plainText } from '../report/plain';
import { notify } from '../store';
import { postMortemStore } from '../store/postmortem';
import { explainInWorker, type ReportJob } from '../worker/reportClient';
import { openScenarioObject } from './scenarios';
import { showLab } from './screen';

let job: ReportJob | null = null;
/** What is being explained: kept for a link, should somebody ask for one. */
let source: string | Blob = '';

/** Explains a text or a file; one that is still being read is given up. */
export async function explain(input: string | Blob): Promise<void> {
  job?.end();
  source = input;
  const size = typeof input === 'string' ? input.length : input.size;
  postMortemStore.setState({ phase: 'reading', size, share: 0, answer: null, why: '', instead: null, shown: 0 });
  const mine = explainInWorker(input, (share) => {
    if (job === mine) postMortemStore.setState({ share });
  });
  job = mine;
  const answer = await mine.answer;
  if (job !== mine) return;
  if (answer.ok && answer.reports.length > 0) {
    postMortemStore.setState({ phase: 'done', answer });
    return;
  }
  mine.end();
  postMortemStore.setState({
    phase: 'failed',
    why: answer.ok ? '' : answer.why,
    instead: answer.ok ? answer.instead : null,
  });
}

/** Forgets the text and what was found in it; gives up one that is being read. */
export function forget(): void {
  job?.end();
  job = null;
  source = '';
  postMortemStore.setState({ phase: 'empty', size: 0, share: 0, answer: null, why: '', instead: null, shown: 0 });
}

export const showReport = (shown: number): void => postMortemStore.setState({ shown });

/** Opens the machine of a report in the lab, about to run out of memory; the browser's Back returns to the report. */
export async function loadIntoLab(index: number): Promise<void> {
  const scenario = await job?.scenario(index);
  if (scenario && (await openScenarioObject(scenario))) showLab();
}

/** Puts a link on the clipboard that holds the text of the report itself, and nothing else of the log. */
export async function copyReportLink(index: number): Promise<void> {
  const report = postMortemStore.getState().answer?.reports[index];
  if (!report) return;
  const text = typeof source === 'string' ? source : await source.text();
  const code = encodeReport(linesOf(plainText(text).text, report.line, report.lastLine));
  if (code === null) {
    notify(pmWords.linkTooLong, true);
    return;
  }
  const url = new URL(location.pathname, location.href);
  url.search = '?postmortem';
  url.hash = `r=${code}`;
  try {
    await navigator.clipboard.writeText(url.href);
    notify(pmWords.linkCopied);
  } catch {
    notify(pmWords.copyFailed, true);
  }
}

/** Explains the report that the address holds, if it holds one. */
export function explainAddress(hash: string): void {
  const code = new URLSearchParams(hash.replace(/^#/, '')).get('r');
  if (code === null) return;
  const text = decodeReport(code);
  if (text === null) notify(pmWords.linkDamaged, true);
  else void explain(text);
}
