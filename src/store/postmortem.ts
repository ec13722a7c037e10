/** The log that was pasted last, explained. Not in the index: only the post-mortem's own part of the page loads it. */

import { createStore } from 'zustand/vanilla';
import type { Instead } from '../report/explain';
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
  /** What the text is about where it has no report. */
  instead: Instead | null;
  /** Index of the report that is shown. */
  shown: number;
}

export const postMortemStore = createStore<PostMortemState>(() => ({
  phase: 'empty',
  size: 0,
  share: 0,
  answer: null,
  why: '',
  instead: null,
  shown: 0,
}));
