/** The log that was pasted last, explained. Not in the index: only the post-mortem's own part of the page loads it. */
import { createStore } from 'zustand/vanilla';
import type { ReportAnswer } from '../worker/reportClient';

export interface PostMortemState {
  phase: 'empty' | 'reading' | 'done' | 'failed';
  /** What is being read, in bytes or characters. */
  size: number;
  /** How much of it has been read, 0 to 1. */
  share: number;
  answer: Extract<ReportAnswer, { ok: true }> | null;
  /** Why it failed; '' where the text merely has no report. */
  why: string;
  /** The text has no report, but a request for memory that was refused. */
  refused: boolean;
  /** Index of the report that is shown. */
  shown: number;
}

export const postMortemStore = createStore<PostMortemState>(() => ({
  phase: 'empty',
  size: 0,
  share: 0,
  answer: null,
  why: '',
  refused: false,
  shown: 0,
}));
