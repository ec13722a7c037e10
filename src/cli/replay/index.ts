/** `oomlab replay TRACE.json --json`: what the model predicts for a recording of a real kernel. */

import { parseJson } from '../../scenario/json';
import { onlyFile, readArguments } from '../arguments';
import { type CommandIo, readJson, UsageError, withUsage } from '../input';
import type { ReplayDocument } from './output';
import { parseRecording, type Recording, RecordingError } from './recording';
import { replayRecording } from './run';
import { answerTable } from './table';

const USAGE = `Usage: oomlab replay TRACE.json [--json]

Sets up the machine of a kernel-oracle/1 recording, runs its script through the
model and prints what the model predicts, as JSON (oomlab/replay@1).
TRACE.json "-" reads standard input.

Exit status: 0 replayed, 1 the recording needs something that is not modelled,
2 bad input or usage.
`;

/** What the model predicts for the recording in `text`. Throws RecordingError on bad input, RefusalError when it is no JSON. */
export const predict = (text: string): ReplayDocument => answer(parseJson(text));

function answer(input: unknown): ReplayDocument {
  const recording = parseRecording(input);
  const head = { format: 'oomlab/replay@1' as const, name: recording.name };
  if ('boots' in recording && Array.isArray(recording.boots))
    return { ...head, supported: true, boots: answerTable(recording as Parameters<typeof answerTable>[0]) };
  return replayRecording(recording as Recording);
}

/** The command. Resolves to the exit code. */
export function replay(argv: string[], io: CommandIo): Promise<number> {
  return withUsage('replay', io, async () => {
    const given = readArguments(argv, { flags: ['json'] });
    if (given.help) {
      io.stdout.write(USAGE);
      return 0;
    }
    const file = onlyFile(given.files, 'one recording');
    const recording = await readJson(file, io);
    let found: ReplayDocument;
    try {
      found = answer(recording);
    } catch (error) {
      if (error instanceof RecordingError) throw new UsageError(`${file}: ${error.message}`);
      throw error;
    }
    io.stdout.write(`${JSON.stringify(found)}\n`);
    return found.supported ? 0 : 1;
  });
}
