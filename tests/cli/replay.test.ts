import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { replay } from '../../src/cli/replay';

const zones = { '0/DMA': { managed: 3840, present: 3998, spanned: 4095 } };
const defaults = { min_free_kbytes: 1000, watermark_scale_factor: 10, lowmem_reserve_ratio: '256 256 32 0 0' };
const row = { min_free_kbytes: 'default', watermark_scale_factor: 10, lowmem_reserve_ratio: [256, 256, 32, 0, 0] };
const table = { format: 'kernel-oracle/1', name: 'small', boots: [{ kernel: '6.12.1', zones, defaults, rows: [row] }] };

async function run(argv: string[], input = ''): Promise<{ code: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const code = await replay(argv, {
    stdin: Readable.from([input]),
    stdout: { write: (text: string) => (out += text) },
    stderr: { write: (text: string) => (err += text) },
  });
  return { code, out, err };
}

describe('oomlab replay', () => {
  test('answers a table of watermarks from standard input', async () => {
    const { code, out } = await run(['-', '--json'], JSON.stringify(table));
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({
      format: 'oomlab/replay@1',
      name: 'small',
      supported: true,
      boots: [
        {
          rows: [
            { wm: { '0/DMA': [250, 312, 374, 436] }, protection: { '0/DMA': [0, 0, 0, 0, 0] }, totalreserve: 374 },
          ],
        },
      ],
    });
  });

  test('says where a recording is wrong, and prints nothing else', async () => {
    const bad = structuredClone(table) as { boots: { zones: Record<string, unknown> }[] };
    bad.boots[0].zones = { '0/DMA': { managed: 'many', present: 3998, spanned: 4095 } };
    const { code, out, err } = await run(['-'], JSON.stringify(bad));
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toBe('oomlab replay: -: $.boots[0].zones["0/DMA"].managed: expected number, received "many"\n');
  });

  test('wants the state before the script', async () => {
    const { code, err } = await run(['-'], JSON.stringify({ format: 'kernel-oracle/1', params: {}, script: [] }));
    expect(code).toBe(2);
    expect(err).toMatch(/^oomlab replay: -: \$\.\S+: expected [^\n]+\n$/);
  });

  test.each([
    ['text that is no JSON', 'hello', /not valid JSON: line 1, column 1/],
    ['a list', '[]', /expected an object/],
    ['another format', '{"format":"x","boots":[]}', /\$\.format/],
  ])('refuses %s', async (_what, input, message) => {
    const { code, out, err } = await run(['-'], input);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toMatch(message);
    expect(err.trim().split('\n')).toHaveLength(1);
  });

  test.each([
    [
      'a zone that x86-64 does not have',
      { zones: { '0/Low': zones['0/DMA'] } },
      /zones\["0\/Low"\]: expected .*0\/DMA/,
    ],
    ['a ratio that is no number', { defaults: { ...defaults, lowmem_reserve_ratio: '256 x' } }, /lowmem_reserve_ratio/],
    ['more pages than there are numbers', { zones: { '0/DMA': { ...zones['0/DMA'], managed: 1e300 } } }, /managed/],
  ])('refuses a table with %s', async (_what, change, message) => {
    const { code, out, err } = await run(
      ['-'],
      JSON.stringify({ ...table, boots: [{ ...table.boots[0], ...change }] }),
    );
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(message);
  });

  test('refuses a file that is not there, no file, two files and unknown options', async () => {
    expect((await run(['/no/such/file.json'])).err).toMatch(/no such file/);
    for (const argv of [['/no/such/file.json'], [], ['a', 'b'], ['--fast', 'a']]) {
      const { code, out } = await run(argv);
      expect(code).toBe(2);
      expect(out).toBe('');
    }
  });

  test('explains itself', async () => {
    const { code, out } = await run(['--help']);
    expect(code).toBe(0);
    expect(out).toContain('oomlab replay TRACE.json');
  });
});
