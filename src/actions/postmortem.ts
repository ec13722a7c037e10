/** What the post-mortem screen does: read a text, and choose among its reports. */
import { postMortemStore } from '../store/postmortem';
import { explainInWorker } from '../worker/reportClient';

let cancel = (): void => {};

/** Explains a text or a file; one that is still being read is given up. */
export async function explain(input: string | Blob): Promise<void> {
  cancel();
  const size = typeof input === 'string' ? input.length : input.size;
  postMortemStore.setState({ phase: 'reading', size, answer: null, why: '', shown: 0 });
  const job = explainInWorker(input);
  cancel = job.cancel;
  const answer = await job.answer;
  if (!answer.ok) postMortemStore.setState({ phase: 'failed', why: answer.why });
  else if (answer.reports.length === 0) postMortemStore.setState({ phase: 'failed', why: '' });
  else postMortemStore.setState({ phase: 'done', answer });
}

/** Forgets the text and what was found in it. */
export function forget(): void {
  cancel();
  postMortemStore.setState({ phase: 'empty', size: 0, answer: null, why: '', shown: 0 });
}

export const showReport = (shown: number): void => postMortemStore.setState({ shown });
