import { describe, expect, test } from 'vitest';
import { predict } from '../../src/cli/replay';
import { agreement, loadRecording, question } from './agreement';

const recording = loadRecording('09-watermarks');

describe.skipIf(recording === null)('watermarks of a real kernel (skipped when the recording is missing)', () => {
  test('equal the formulas on every row: RAM sizes, sysctls, huge pages on and off, two releases', () => {
    const checks = agreement(recording!, predict(question(recording!)));
    expect(checks.length).toBeGreaterThan(700);
    expect(checks.filter((c) => !c.ok)).toEqual([]);
  });
});
