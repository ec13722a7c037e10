import { expect, test } from 'vitest';
import { createRecording, MILESTONES_KEPT, MILESTONES_MOST, noteMilestone } from '../../src/machine/record';

test('a recording keeps the latest milestones, in order and none twice, and knows since when it has all', () => {
  const r = createRecording();
  noteMilestone(r, 7);
  noteMilestone(r, 7);
  noteMilestone(r, 5);
  noteMilestone(r, 9);
  expect(r).toMatchObject({ milestones: [7, 9], milestonesFrom: 0 });
  const end = 3 * MILESTONES_KEPT;
  for (let t = 10; t <= end; t++) noteMilestone(r, t);
  expect(r.milestones.length).toBeGreaterThanOrEqual(MILESTONES_KEPT);
  expect(r.milestones.length).toBeLessThanOrEqual(MILESTONES_MOST);
  expect(r.milestones[0]).toBe(r.milestonesFrom);
  expect(r.milestones).toEqual(Array.from(r.milestones, (_, i) => r.milestonesFrom + i));
  expect(r.milestones.at(-1)).toBe(end);
});
