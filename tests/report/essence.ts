import { explainDocument } from '../../src/report/document';
import { explainText } from '../../src/report/explain';

/** What a text's reports say, without what hangs on the way the log came. */
export const essence = (text: string) =>
  explainDocument(explainText(text)).reports.map(({ line, lastLine, host, time, stamp, kills, reaped, ...rest }) => ({
    ...rest,
    kills: kills.map(({ line, time, ...k }) => k),
    reaped: reaped.map(({ line, time, ...k }) => k),
  }));
