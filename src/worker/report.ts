/** The post-mortem's own worker: a text goes in, explained reports come out. It lives for one text and knows no machine. */
import { explainDocument } from '../report/document';
import { explainText } from '../report/explain';
import type { ReportAnswer } from './reportClient';

const scope = self as unknown as DedicatedWorkerGlobalScope;

/** Lines of a text, and how many of them lie within a report. */
function countLines(text: string): number {
  let n = text === '' || text.endsWith('\n') ? 0 : 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) n++;
  return n;
}

async function answer(input: string | Blob): Promise<ReportAnswer> {
  try {
    const text = typeof input === 'string' ? input : await input.text();
    const { reports, story } = explainDocument(explainText(text));
    const inReports = reports.reduce((n, r) => n + r.lastLine - r.line + 1, 0);
    return { ok: true, lines: countLines(text), inReports, reports, story };
  } catch (error) {
    return { ok: false, why: error instanceof Error ? error.message : String(error) };
  }
}

scope.onmessage = ({ data }: MessageEvent<string | Blob>) => {
  void answer(data).then((it) => scope.postMessage(it));
};
