/** The page's side of the post-mortem: a worker for each text, ended with its answer. The text goes nowhere else. */
import type { ReportDocument } from '../report/document';
import type { ParsedStory } from '../report/types';

export type ReportAnswer =
  | {
      ok: true;
      /** Lines of the text, and how many of them lie within a report. */
      lines: number;
      inReports: number;
      reports: ReportDocument[];
      story: ParsedStory;
    }
  | { ok: false; why: string };

const startWorker = (): Worker =>
  new Worker(new URL('./report.ts', import.meta.url), { type: 'module', name: 'post-mortem' });

/**
 * Explains a text in a worker of its own. Never rejects.
 *
 * @returns the answer, and what gives up waiting for it: it then never comes
 */
export function explainInWorker(
  input: string | Blob,
  start: () => Worker = startWorker,
): { answer: Promise<ReportAnswer>; cancel: () => void } {
  const worker = start();
  const answer = new Promise<ReportAnswer>((resolve) => {
    const end = (it: ReportAnswer): void => {
      worker.terminate();
      resolve(it);
    };
    worker.onmessage = ({ data }: MessageEvent<ReportAnswer>) => end(data);
    worker.onerror = (event) => end({ ok: false, why: event.message || 'the worker stopped' });
    worker.postMessage(input);
  });
  return { answer, cancel: () => worker.terminate() };
}
