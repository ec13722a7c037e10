/** `oomlab explain`: reads OOM reports out of any log, and says who died, why, and what would have saved them. */
import { reportWords } from '../i18n/en-report';
import { explainDocument, explainReadable } from '../report/document';
import { explainText } from '../report/explain';
import { readInput, UsageError, withUsage } from './input';
import type { CommandIo } from './replay';

const USAGE = `Usage: oomlab explain REPORT.txt [--json]

Reads any text that holds reports of the OOM killer ("-" reads standard input):
dmesg, journal, syslog, kubectl, serial console, of any kernel since 2.6.32.
Scores every task by the rules of the kernel that printed the report, compares
whom they name with who died, and computes the least change of oom_score_adj
that would have saved the victim.

  --json               print one JSON document instead of a text

Exit status: 0 done, 1 there is no report in the text, 2 bad input or usage.
`;

/** The command. Resolves to the exit code. */
export function explain(argv: string[], io: CommandIo): Promise<number> {
  return withUsage('explain', io, async () => {
    let file: string | undefined;
    let json = false;
    for (const arg of argv) {
      if (arg === '--help' || arg === '-h') {
        io.stdout.write(USAGE);
        return 0;
      }
      if (arg === '--json') json = true;
      else if (arg.startsWith('-') && arg !== '-') throw new UsageError(`unknown option ${arg}; see --help`);
      else if (file !== undefined) throw new UsageError(`expected one file, got ${file} and ${arg}`);
      else file = arg;
    }
    if (file === undefined) throw new UsageError('expected a file, or - for standard input; see --help');
    const found = explainText(await readInput(file, io));
    if (json) io.stdout.write(`${JSON.stringify(explainDocument(found))}\n`);
    else if (found.reports.length > 0) io.stdout.write(explainReadable(found));
    if (found.reports.length > 0) return 0;
    io.stderr.write(`oomlab explain: ${reportWords.noReport}\n`);
    return 1;
  });
}
