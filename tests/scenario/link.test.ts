import fc from 'fast-check';
import { deflateSync, strToU8 } from 'fflate';
import { expect, test } from 'vitest';
import { RefusalError } from '../../src/machine/commands';
import { BUILTIN_SCENARIOS } from '../../src/scenario/builtin';
import { decodeSession, encodeSession, toBase64Url } from '../../src/scenario/link';
import { type Session, sessionOf } from '../../src/scenario/schema';

const played: Session = {
  ...sessionOf(BUILTIN_SCENARIOS[0], 7),
  commands: [
    { t: 41_350_000_000, command: { op: 'oom_score_adj', pid: 203, value: -17 } },
    { t: 41_350_000_001, command: { op: 'launch', program: 'mlock-hog', params: { size: '20MiB' } } },
    { t: 50e9, command: { op: 'sysctl', name: 'vm.swappiness', value: '1' } },
  ],
};

test('a session comes out of its link as it went in', () => {
  expect(decodeSession(encodeSession(played))).toEqual(played);
  for (const scenario of BUILTIN_SCENARIOS) {
    const session = sessionOf(scenario);
    expect(decodeSession(encodeSession(session))).toEqual(session);
  }
});

test('a link is short and needs no escaping', () => {
  const code = encodeSession({ ...played, scenario: 'leaky-server' });
  expect(code).toMatch(/^[A-Za-z0-9_-]+$/);
  expect(code.length).toBeLessThan(400);
});

test('a damaged link is refused, never half read', () => {
  const code = encodeSession(played);
  fc.assert(
    fc.property(fc.nat(code.length - 1), fc.string({ maxLength: 3 }), (at, junk) => {
      const damaged = code.slice(0, at) + junk + code.slice(at + 1 + junk.length);
      if (damaged === code) return;
      try {
        decodeSession(damaged);
      } catch (error) {
        expect(error).toBeInstanceOf(RefusalError);
      }
    }),
    { numRuns: 300, seed: 1 },
  );
  for (const junk of ['', '%', 'AAAA', code.slice(0, 40), '😀']) {
    expect(() => decodeSession(junk)).toThrow(RefusalError);
  }
});

test('a small link that unfolds into more than anybody makes is refused, not cut off', () => {
  const padded = strToU8(JSON.stringify(played) + ' '.repeat(20_000_000));
  expect(() => decodeSession(toBase64Url(deflateSync(padded, { level: 9 })))).toThrow(RefusalError);
});
