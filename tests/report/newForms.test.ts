/** Forms of lines that came after 6.12, and ways of mail. */
import { describe, expect, test } from 'vitest';
import { explainDocument, explainReadable } from '../../src/report/document';
import { explainText } from '../../src/report/explain';
import { MODERN } from './samples';

const doc = (text: string) => explainDocument(explainText(text)).reports[0];

describe('6.18: compressed swap in the lines of the zones', () => {
  const zram = MODERN.replace('writepending:0kB present', 'writepending:0kB zspages:400000kB present').replace(
    'inactive_anon:200000 ',
    'inactive_anon:100000 ',
  );
  test('is a part of memory, and worth a word', () => {
    const r = doc(zram);
    expect(r.memory?.parts).toContainEqual({ code: 'zspages', pages: 100_000 });
    expect(r.why.map((x) => x.code)).toContain('zspages');
    expect(explainReadable(explainText(zram))).toContain('compressed swap (zram, zswap)');
    expect(r.why.map((x) => x.code)).not.toContain('unaccounted');
  });
  test('none is none', () => {
    expect(doc(MODERN.replace('writepending:0kB present', 'writepending:0kB zspages:0kB present')).memory).toEqual(
      doc(MODERN).memory,
    );
  });
});

test('6.17: a balloon behind the end of a node’s line, where zones have no node before their name', () => {
  const text = MODERN.replace('all_unreclaimable? no', 'all_unreclaimable? no Balloon:16384kB').replaceAll(
    'Node 0 DMA32',
    'DMA32',
  );
  const r = doc(text);
  expect(r.zones.map((z) => z.zone)).toEqual(['DMA32']);
  expect(r.zones[0]).toMatchObject({ free: 2700, min: 2750, code: 'refused' });
  expect(explainText(text).reports[0].raw.nodes[0].kb).toMatchObject({ Balloon: 16384, kernel_stack: 1632 });
});

describe('the source of a mail', () => {
  const encoded = (width: number): string =>
    MODERN.replaceAll('=', '=3D')
      .split('\n')
      .flatMap((l) => {
        const pieces: string[] = [];
        let rest = l;
        while (rest.length > width) {
          // A number of a character is not broken.
          const end = rest.slice(width - 3, width - 1).lastIndexOf('=');
          const at = end < 0 ? width - 1 : width - 3 + end;
          pieces.push(`${rest.slice(0, at)}=`);
          rest = rest.slice(at);
        }
        return [...pieces, rest];
      })
      .join('\n');
  test.each([76, 60])('is decoded, broken at %i', (width) => {
    const { line, lastLine, kills, reaped, ...rest } = doc(encoded(width));
    const { line: l, lastLine: ll, kills: k, reaped: re, ...plain } = doc(MODERN);
    expect(rest).toEqual(plain);
    expect(kills[0].pid).toBe(k[0].pid);
    expect(lastLine).toBeGreaterThan(ll);
    expect([line, reaped.length]).toEqual([l, re.length]);
  });
});

describe('many zones', () => {
  const zones = (n: number): string =>
    MODERN.replace(/Node 0 DMA32 free[^\n]*\n[^\n]*\n/, (lines) =>
      Array.from({ length: n }, (_, i) =>
        lines.replace('Node 0', `Node ${i}`).replace('free:10800kB boost', `free:${10400 + i * 4}kB boost`),
      ).join(''),
    );
  const codes = (text: string) =>
    doc(text)
      .why.filter((x) => x.code.startsWith('zone'))
      .map((x) => x.code);
  test('are told one by one only while they are few', () => {
    expect(codes(zones(3))).toEqual(['zone-refused', 'zone-refused', 'zone-refused']);
    expect(codes(zones(8))).toEqual(['zones-refused', 'zone-refused']);
  });
  test('the one that lacked least is named', () => {
    expect(explainReadable(explainText(zones(8)))).toContain('8 zones refused; the one that lacked least is 7/DMA32.');
    expect(doc(zones(8)).zones).toHaveLength(8);
  });
});

describe('which zone an entry of lowmem_reserve[] is for', () => {
  const zone = (name: string, reserve: string): string =>
    MODERN.replace('0x140dca(GFP_HIGHUSER_MOVABLE|', '0xcc0(GFP_KERNEL|')
      .replaceAll('Node 0 DMA32', `Node 0 ${name}`)
      .replace('lowmem_reserve[]: 0 0 0 0 0', `lowmem_reserve[]: ${reserve}`);
  test.each([
    // A zone keeps nothing from itself: the first entry is Normal's own.
    ['Normal', '0 900 900', 0],
    ['Normal', '0 0 900', 0],
    ['DMA', '0 700 900', 700],
    ['DMA32', '0 700 900', 700],
    ['DMA32', '0 0 700 900 900', 700],
    ['DMA', '0 100 700 900 900', 700],
  ])('%s with %s keeps %i pages from a request of the kernel', (name, reserve, kept) => {
    expect(doc(zone(name, reserve)).zones[0].reserve).toBe(kept);
  });
});

test('memory that is free in a zone for movable pages does not help a request of the kernel', () => {
  const zones = MODERN.replace('0x140dca(GFP_HIGHUSER_MOVABLE|', '0xcc0(GFP_KERNEL|').replace(
    'Node 0 DMA32: 500',
    'Node 0 Movable free:400000kB boost:0kB min:100kB low:120kB high:140kB present:500000kB managed:500000kB\nlowmem_reserve[]: 0 0 0 0 0\nNode 0 DMA32: 500',
  );
  expect(doc(zones).why).toContainEqual(expect.objectContaining({ code: 'movable-free', pages: 99_975 }));
  expect(explainReadable(explainText(zones))).toContain('the zones for memory that cannot be moved were full');
});

describe('ends of reports alone', () => {
  test('rows without their header, and the kill', () => {
    const text = MODERN.slice(MODERN.indexOf('[    700]'));
    const r = doc(text);
    expect(r.tasks.map((t) => t.pid)).toEqual([700, 711, 720]);
    expect(r).toMatchObject({ victim: { pid: 720 }, agrees: null, reasonCode: 'table-cut' });
  });
  test('numbers in brackets of something else are no table', () => {
    expect(explainText('[ 12] 1 2 3 4 5 6 7 eight\n[ 13] 1 2 3 4 5 6 7 nine\n').reports).toEqual([]);
  });
  test('a kill that was ordered', () => {
    const pair =
      'Out of memory: Kill process 44 (tty) score 0 or sacrifice child\nKilled process 44 (tty) total-vm:9000kB, anon-rss:60kB, file-rss:0kB\n';
    const [r] = explainDocument(explainText(`sysrq: SysRq : Manual OOM execution\n${pair}`)).reports;
    expect(r).toMatchObject({ order: -1, selected: { pid: 44 }, era: '3.5 to 3.13' });
    expect(doc(pair)).toMatchObject({ order: null });
  });
});
