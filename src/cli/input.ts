/** What the commands have in common: reading their input, and saying in one line what is wrong with it. */
import { readFileSync } from 'node:fs';
import { refusalText } from '../i18n/errors';
import { RefusalError } from '../machine/commands';
import { parseJson } from '../scenario/json';

/** Where a command writes, and what `-` reads. */
export interface CommandIo {
  stdin: NodeJS.ReadableStream;
  stdout: { write(text: string): unknown };
  stderr: { write(text: string): unknown };
}

/** Bad input or usage: one line for stderr, exit status 2. */
export class UsageError extends Error {}

async function readAll(stream: NodeJS.ReadableStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
  return Buffer.concat(chunks);
}

/** UTF-8, or UTF-16 by its byte order mark, as PowerShell writes what is redirected to a file. */
function decode(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.subarray(2).toString('utf16le');
  if (bytes[0] === 0xfe && bytes[1] === 0xff)
    return bytes
      .subarray(2, bytes.length & ~1)
      .swap16()
      .toString('utf16le');
  const text = bytes.toString('utf8');
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

const REASONS: Record<string, string> = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file',
  EISDIR: 'is a directory',
  EACCES: 'permission denied',
  ENAMETOOLONG: 'is too long a name',
  ERR_FS_FILE_TOO_LARGE: 'is too large',
  ERR_STRING_TOO_LONG: 'is too large',
};

/**
 * The text of a file, or of standard input for "-".
 *
 * @throws {UsageError}
 */
export async function readInput(file: string, io: CommandIo): Promise<string> {
  try {
    return decode(file === '-' ? await readAll(io.stdin) : readFileSync(file));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw new UsageError(`${shortened(file)}: ${REASONS[code] ?? 'cannot be read'}`);
  }
}

const MOST_NAME = 200;
const shortened = (file: string): string =>
  file === '' ? '""' : file.length > MOST_NAME ? `${file.slice(0, MOST_NAME)}...` : file;

/**
 * The JSON in a file, or in standard input for "-".
 *
 * @throws {UsageError} with the line where it stops being JSON
 */
export async function readJson(file: string, io: CommandIo): Promise<unknown> {
  const text = await readInput(file, io);
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof RefusalError) throw new UsageError(`${file}: ${refusalText(error.refusal)}`);
    throw error;
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
    io.stderr.write(`oomlab ${name}: ${oneLine(text)}\n`);
    return 2;
  }
}

/** What was given may hold anything: it is told in one line, and does not write on the terminal. */
const oneLine = (text: string): string => text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');

function sentence({ refusal }: RefusalError): string {
  const { path } = refusal.params;
  const words = refusalText(refusal);
  return path !== undefined && !words.includes(String(path)) ? `${path}: ${words}` : words;
}
