/** The command line without a process of its own: what it answers, and files for it to read. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { afterAll } from 'vitest';
import { main } from '../../src/cli/main';

/** `oomlab ARGV...`: its exit code and what it prints. */
export async function oomlab(argv: string[], stdin = '') {
  let out = '';
  let err = '';
  const code = await main(argv, {
    stdin: Readable.from([stdin]) as NodeJS.ReadableStream,
    stdout: { write: (text: string) => (out += text) },
    stderr: { write: (text: string) => (err += text) },
  });
  return { code, out, err };
}

/** A folder that is gone after the tests of this file; the function writes a file in it and says where it is. */
export function temporaryFiles(): (name: string, content: unknown) => string {
  const folder = mkdtempSync(path.join(tmpdir(), 'oomlab-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  return (name, content) => {
    const at = path.join(folder, name);
    writeFileSync(at, typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content));
    return at;
  };
}
