/** The command line: `oomlab COMMAND ...`. Exit status 0 = done, 1 = the answer is "no", 2 = bad input or usage. */
import { explain } from './explain';
import type { CommandIo } from './input';
import { replay } from './replay';
import { run } from './run';
import { watermarks } from './watermarks';

const USAGE = `Usage: oomlab COMMAND [ARGUMENTS]

Commands:
  run FILE             run a scenario or a session
  watermarks           compute the watermarks and reserves of given zones
  explain REPORT.txt   say why the OOM killer chose its victim, from a log
  replay TRACE.json    run a recording of a real kernel through the model

oomlab COMMAND --help explains a command.
`;

/** Runs one command. Resolves to the exit code. */
export async function main(argv: string[], io: CommandIo): Promise<number> {
  const [command, ...rest] = argv;
  switch (command) {
    case 'run':
      return run(rest, io);
    case 'watermarks':
      return watermarks(rest, io);
    case 'explain':
      return explain(rest, io);
    case 'replay':
      return replay(rest, io);
    case '--help':
    case '-h':
    case 'help':
      io.stdout.write(USAGE);
      return 0;
    case undefined:
      io.stderr.write('oomlab: expected a command; see oomlab --help\n');
      return 2;
    default:
      io.stderr.write(`oomlab: unknown command ${JSON.stringify(command)}; see oomlab --help\n`);
      return 2;
  }
}
