/** `oomlab replay TRACE.json --json`: what the model predicts for a recording of a real kernel. */
import { readFileSync } from 'node:fs';
import type { ReplayDocument } from './output';
import { parseRecording, type Recording, RecordingError } from './recording';
import { replayRecording } from './run';
import { answerTable } from './table';

/** Where a command writes, and what `-` reads. */
export interface CommandIo {
  stdin: NodeJS.ReadableStream;
  stdout: { write(text: string): unknown };
  stderr: { write(text: string): unknown };
}

const USAGE = `Usage: oomlab replay TRACE.json [--json]

Sets up the machine of a kernel-oracle/1 recording, runs its script through the
model and prints what the model predicts, as JSON (oomlab/replay@1).
TRACE.json "-" reads standard input.

Exit status: 0 replayed, 1 the recording needs something that is not modelled,
2 bad input or usage.
`;

async function readAll(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  stream.setEncoding('utf8');
  for await (const chunk of stream) text += chunk;
  return text;
}

/** What the model predicts for the recording in `text`. Throws RecordingError on bad input. */
export function predict(text: string): ReplayDocument {
  const recording = parseRecording(text);
  const head = { format: 'oomlab/replay@1' as const, name: recording.name };
  if ('boots' in recording && Array.isArray(recording.boots))
    return { ...head, supported: true, boots: answerTable(recording as Parameters<typeof answerTable>[0]) };
  return replayRecording(recording as Recording);
}

/** The command. Resolves to the exit code. */
export async function replay(argv: string[], io: CommandIo): Promise<number> {
  const files: string[] = [];
  for (const arg of argv) {
    if (arg === '--help' || arg === '-h') {
      io.stdout.write(USAGE);
      return 0;
    }
    if (arg === '--json') continue;
    if (arg.startsWith('-') && arg !== '-') {
      io.stderr.write(`oomlab replay: unknown option ${arg}; expected --json\n`);
      return 2;
    }
    files.push(arg);
  }
  if (files.length !== 1) {
    io.stderr.write(`oomlab replay: expected one recording, got ${files.length}\n`);
    return 2;
  }
  const file = files[0];
  let text: string;
  try {
    text = file === '-' ? await readAll(io.stdin) : readFileSync(file, 'utf8');
  } catch (error) {
    io.stderr.write(`oomlab replay: ${file}: ${(error as NodeJS.ErrnoException).code ?? 'cannot be read'}\n`);
    return 2;
  }
  try {
    const answer = predict(text);
    io.stdout.write(`${JSON.stringify(answer)}\n`);
    return answer.supported ? 0 : 1;
  } catch (error) {
    if (!(error instanceof RecordingError)) throw error;
    io.stderr.write(`oomlab replay: ${file}: ${error.message}\n`);
    return 2;
  }
}
