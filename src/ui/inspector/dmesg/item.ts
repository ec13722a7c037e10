/** What is told of a report's lines. */
import type { MarkKind } from '../../../store';

/** A number of the report beside the model's. */
export interface Figure {
  name: string;
  /** As printed, and as pages (or bytes, or plain) where the model has it: null = the record does not hold it. */
  says: string;
  model: string;
  same: boolean;
  kind: MarkKind | null;
}

/** One line, or several that say one thing. */
export interface Item {
  key: string;
  lines: string[];
  sentence: string;
  /** Flags of the request with their meaning. */
  flags: [string, string][];
  figures: Figure[];
  kind: MarkKind | null;
  pid: number | null;
  /** Shown as a count of lines until it is opened. */
  folded: boolean;
  /** What decides, to be set in bold. */
  weighty: RegExp | null;
}
