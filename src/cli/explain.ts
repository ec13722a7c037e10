/** `oomlab explain`: reads OOM reports out of any log, and says who died, why, and what would have saved them. */
import { cannotRebuild } from '../i18n/en-rebuild';
import { reportWords } from '../i18n/en-report';
import { explainDocument, explainReadable } from '../report/document';
import { explainText, type PostMortem } from '../report/explain';
import { rebuild } from '../report/scenario';
import { onlyFile, onlyOne, readArguments, shown } from './arguments';
import { type CommandIo, readInput, UsageError, withUsage } from './input';

const USAGE = `Usage: oomlab explain REPORT.txt [--json | --scenario N]

Reads any text that holds reports of the OOM killer ("-" reads standard input):
dmesg, journal, syslog, kubectl, serial console, what log stores export as CSV
or JSON, of any kernel since 2.6.32.
Scores every task by the rules of the kernel that printed the report, compares
whom they name with who died, and computes the least change of oom_score_adj
that would have saved the victim.

  --json         print one JSON document instead of a text
  --scenario N   print the machine of the Nth report as a scenario, about to
                 run out of memory once more: oomlab run runs it

Exit status: 0 done, 1 there is no report in the text, or its machine cannot
be rebuilt, 2 bad input or usage.
`;

/** The command. Resolves to the exit code. */
export function explain(argv: string[], io: CommandIo): Promise<number> {
  return withUsage('explain', io, async () => {
    const given = readArguments(argv, { flags: ['json'], values: ['scenario'] });
    if (given.help) {
      io.stdout.write(USAGE);
      return 0;
    }
    const file = onlyFile(given.files, 'one file');
    onlyOne(given, ['json', 'scenario']);
    const scenario = given.values.get('scenario');
    const nth = scenario === undefined ? null : parseNumber(scenario);
    const found = explainText(await readInput(file, io));
    if (nth !== null && found.reports.length > 0) return printScenario(found, nth, io);
    if (given.flags.has('json')) io.stdout.write(`${JSON.stringify(explainDocument(found))}\n`);
    else if (found.reports.length > 0) io.stdout.write(explainReadable(found));
    if (found.reports.length > 0) return 0;
    io.stderr.write(`oomlab explain: ${found.instead ? reportWords.instead[found.instead] : reportWords.noReport}\n`);
    return 1;
  });
}

function parseNumber(text: string): number {
  const n = Number(text);
  if (!/^\d+$/.test(text) || n < 1) {
    throw new UsageError(`--scenario: expected the number of a report, from 1, got ${shown(text)}`);
  }
  return n;
}

function printScenario(found: PostMortem, nth: number, io: CommandIo): number {
  const report = found.reports[nth - 1];
  if (!report) throw new UsageError(`--scenario: the text holds ${found.reports.length} reports, got ${nth}`);
  const it = rebuild(report);
  if (it.ok) {
    io.stdout.write(`${JSON.stringify(it.scenario)}\n`);
    return 0;
  }
  io.stderr.write(`oomlab explain: ${cannotRebuild(it.why.code, it.why.params)}\n`);
  return 1;
}
