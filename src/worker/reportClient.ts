/** The page's side of the post-mortem: a worker for each text. The text goes nowhere else. */

import type { ReportDocument } from '../report/document';
import type { Instead } from '../report/explain';
import type { ParsedStory } from '../report/types';
import type { Scenario } from '../scenario/schema';

export type ReportAnswer =
  | {
      ok: true;
      /** Lines of the text, and how many of them lie within a report. */
      lines: number;
      inReports: number;
      reports: ReportDocument[];
      story: ParsedStory;
      /** What the text is about where it has no report. */
      instead: Instead | null;
    }
  | { ok: false; why: string };

export type ToReportWorker = { type: 'explain'; input: string | Blob } | { type: 'scenario'; index: number };
export type FromReportWorker =
  /** How much of the text has been read, 0 to 1. */
  | { type: 'progress'; share: number }
  | { type: 'answer'; answer: ReportAnswer }
  | { type: 'scenario'; index: number; scenario: Scenario | null };

/** A text that is being read, or has been. */
export interface ReportJob {
  /** Never rejects. */
  answer: Promise<ReportAnswer>;
  /** The machine of a report as a scenario, null where it cannot be rebuilt. */
  scenario(index: number): Promise<Scenario | null>;
  /** Gives up: what has not been answered never is. */
  end(): void;
}

const startWorker = (): Worker =>
  new Worker(new URL('./report.ts', import.meta.url), { type: 'module', name: 'post-mortem' });

/** Explains a text in a worker of its own, which stays until `end()` for what is asked later. */
export function explainInWorker(
  input: string | Blob,
  progress: (share: number) => void,
  start: () => Worker = startWorker,
): ReportJob {
  const worker = start();
  const waiting = new Map<number, (scenario: Scenario | null) => void>();
  const post = (message: ToReportWorker): void => worker.postMessage(message);
  const answer = new Promise<ReportAnswer>((resolve) => {
    worker.onmessage = ({ data }: MessageEvent<FromReportWorker>) => {
      if (data.type === 'progress') progress(data.share);
      else if (data.type === 'answer') resolve(data.answer);
      else {
        waiting.get(data.index)?.(data.scenario);
        waiting.delete(data.index);
      }
    };
    worker.onerror = (event) => resolve({ ok: false, why: event.message || 'the worker stopped' });
    post({ type: 'explain', input });
  });
  return {
    answer,
    scenario: (index) =>
      new Promise((resolve) => {
        waiting.set(index, resolve);
        post({ type: 'scenario', index });
      }),
    end: () => worker.terminate(),
  };
}
