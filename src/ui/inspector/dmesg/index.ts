/** The kernel's report, taken apart: what each line means, and where its numbers are in the model's own record. */
import { logWords as say } from '../../../i18n/en-inspector-log';
import type { KillReport } from '../../../worker/protocol';
import { EXPLAIN } from './explain';
import type { Item } from './item';
import { type Rule, ruleOf } from './rules';

export type { Figure, Item } from './item';

/** The report's lines as items, each explained. */
export function explainReport(kill: KillReport): Item[] {
  const items: { rule: Rule | null; lines: string[] }[] = [];
  for (const { text } of kill.lines) {
    const rule = ruleOf(text);
    const last = items[items.length - 1];
    if (last && last.rule === rule && !(rule?.starts?.test(text) ?? false)) last.lines.push(text);
    else items.push({ rule, lines: [text] });
  }
  return items.map(({ rule, lines }, i) => {
    const item: Item = {
      key: `${rule?.id ?? 'other'}-${i}`,
      lines,
      sentence: say.other,
      flags: [],
      figures: [],
      kind: null,
      pid: null,
      folded: false,
      weighty: null,
    };
    if (rule) EXPLAIN[rule.id](item, kill);
    return item;
  });
}

/** A line in pieces, those that decide marked. */
export function pieces(line: string, weighty: RegExp | null): { text: string; bold: boolean }[] {
  if (!weighty) return [{ text: line, bold: false }];
  const parts: { text: string; bold: boolean }[] = [];
  let at = 0;
  for (const found of line.matchAll(weighty)) {
    if (found.index > at) parts.push({ text: line.slice(at, found.index), bold: false });
    parts.push({ text: found[0], bold: true });
    at = found.index + found[0].length;
  }
  if (at < line.length) parts.push({ text: line.slice(at), bold: false });
  return parts;
}
