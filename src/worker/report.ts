/**
 * The post-mortem's own worker: a text goes in, explained reports come out, and the machine of each on demand. It lives
 * for one text and knows no machine.
 */
import { explainDocument } from '../report/document';
import { explainText, type PostMortem } from '../report/explain';
import { rebuild } from '../report/scenario';
import type { FromReportWorker, ReportAnswer, ToReportWorker } from './reportClient';

const scope = self as unknown as DedicatedWorkerGlobalScope;
const send = (message: FromReportWorker): void => scope.postMessage(message);

let found: PostMortem | null = null;

/** Lines of a text, and how many of them lie within a report. */
function countLines(text: string): number {
  let n = text === '' || text.endsWith('\n') ? 0 : 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) n++;
  return n;
}

async function answer(input: string | Blob): Promise<ReportAnswer> {
  try {
    const text = typeof input === 'string' ? input : await input.text();
    found = explainText(text, (share) => send({ type: 'progress', share }));
    const { reports, story } = explainDocument(found);
    const inReports = reports.reduce((n, r) => n + r.lastLine - r.line + 1, 0);
    return { ok: true, lines: countLines(text), inReports, reports, story, instead: found.instead };
  } catch (error) {
    return { ok: false, why: error instanceof Error ? error.message : String(error) };
  }
}

scope.onmessage = ({ data }: MessageEvent<ToReportWorker>) => {
  if (data.type === 'explain') void answer(data.input).then((it) => send({ type: 'answer', answer: it }));
  else {
    const report = found?.reports[data.index];
    const it = report ? rebuild(report) : null;
    send({ type: 'scenario', index: data.index, scenario: it?.ok ? it.scenario : null });
  }
};
