import { describe, expect, test } from 'vitest';
import { en } from '../../src/i18n/en';
import { audit } from '../../src/linux/audit';
import { GIB, MIB } from '../../src/machine/config';
import type { Op } from '../../src/machine/ops';
import { PROGRAM_IDS } from '../../src/userspace/ids';
import { factsOf, launch, PROGRAMS } from '../../src/userspace/palette';
import { config, ranFor } from '../machine/small';

const facts = (ram: number) => factsOf({ ram, swap: 0, cpus: 2 });
const pagesOf = (ops: Op[]): number =>
  ops.reduce(
    (n, op) =>
      n + ('pages' in op && typeof op.pages === 'number' && (op.op === 'mmap' || op.op === 'append') ? op.pages : 0),
    0,
  );

describe('the palette', () => {
  test('has the eight programs, each with a name in words', () => {
    expect(PROGRAMS.map((p) => p.id)).toEqual([...PROGRAM_IDS]);
    expect(PROGRAMS.map((p) => p.id)).toEqual([
      'leaky-server',
      'crazy-allocator',
      'database',
      'browser-tabs',
      'backup',
      'tmpfs-filler',
      'mlock-hog',
      'fork-herd',
    ]);
    for (const { id, params } of PROGRAMS) {
      expect(Object.keys(en)).toContain(`program.${id}`);
      for (const p of params) expect(Object.keys(en)).toContain(`param.${p.id}`);
    }
  });

  test.each(PROGRAMS.map((p) => p.id))('%s starts with its defaults, and leaves a sound machine behind', (id) => {
    const ram = 128 * MIB;
    const m = ranFor(1.5, config(launch(id, {}, facts(ram)), { ram, swap: 64 * MIB }));
    expect(m.chips).toBeGreaterThan(1);
    expect(audit(m.kernel)).toEqual([]);
  });

  test('sizes follow the machine’s RAM', () => {
    for (const id of ['database', 'mlock-hog', 'tmpfs-filler']) {
      const small = pagesOf(launch(id, {}, facts(GIB))[0].ops);
      const large = pagesOf(launch(id, {}, facts(8 * GIB))[0].ops);
      expect(large / small).toBeCloseTo(8, 1);
    }
  });

  test('a size is taken in bytes or with a unit', () => {
    const [a] = launch('mlock-hog', { size: '8MiB' }, facts(GIB));
    const [b] = launch('mlock-hog', { size: 8 * MIB }, facts(GIB));
    expect(a).toEqual(b);
    expect(pagesOf(a.ops)).toBe(2048);
  });

  test('tabs are processes of their own at +300', () => {
    const tabs = launch('browser-tabs', { tabs: 5 }, facts(GIB));
    expect(tabs.map((p) => p.comm)).toEqual(['tab-1', 'tab-2', 'tab-3', 'tab-4', 'tab-5']);
    expect(tabs.every((p) => p.oomScoreAdj === 300)).toBe(true);
  });
});
