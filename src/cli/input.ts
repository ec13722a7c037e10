/** What the commands have in common: reading their input, and saying in one line what is wrong with it. */
import { readFileSync } from 'node:fs';
import { refusalText } from '../i18n/errors';
import { RefusalError } from '../machine/commands';
import type { CommandIo } from './replay';

/** Bad input or usage: one line for stderr, exit status 2. */
export class UsageError extends Error {}

async function readAll(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  stream.setEncoding('utf8');
  for await (const chunk of stream) text += chunk;
  return text;
}

/**
 * The text of a file, or of standard input for "-".
 *
 * @throws {UsageError}
 */
export async function readInput(file: string, io: CommandIo): Promise<string> {
  try {
    return file === '-' ? await readAll(io.stdin) : readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const why =
      { ENOENT: 'no such file', EISDIR: 'is a directory', EACCES: 'permission denied' }[code] ?? 'cannot be read';
    throw new UsageError(`${file}: ${why}`);
  }
}

/**
 * The JSON in a text.
 *
 * @throws {UsageError} with the line where it stops being JSON
 */
export function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const position = /position (\d+)/.exec(message);
    const line = position ? text.slice(0, Number(position[1])).split('\n').length : text.split('\n').length;
    throw new UsageError(`${file}: line ${line}: expected JSON: ${message.split('\n')[0]}`);
  }
}

/** Runs a command; what its input got wrong becomes one line on stderr and exit status 2. */
export async function withUsage(name: string, io: CommandIo, run: () => Promise<number>): Promise<number> {
  try {
    return await run();
  } catch (error) {
    let text: string;
    if (error instanceof UsageError) text = error.message;
    else if (error instanceof RefusalError) text = sentence(error);
    else throw error;
    io.stderr.write(`oomlab ${name}: ${text}\n`);
    return 2;
  }
}

function sentence({ refusal }: RefusalError): string {
  const { path } = refusal.params;
  const words = refusalText(refusal);
  return path !== undefined && !words.includes(String(path)) ? `${path}: ${words}` : words;
}
