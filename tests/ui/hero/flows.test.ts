import { describe, expect, test } from 'vitest';
import { flowPhase, flowWidth, swapFlowWidth } from '../../../src/ui/hero/drawFlows';
import { swapNet } from '../../../src/ui/hero/Pyramid';
import { fixtureFrame, fixtureSamples } from '../../fixtures/frame';

describe('arrows', () => {
  test('grow by the same px with every tenfold rate', () => {
    expect(flowWidth(10_000) - flowWidth(1000)).toBeCloseTo(flowWidth(1000) - flowWidth(100), 9);
    expect(swapFlowWidth(10_000) - swapFlowWidth(1000)).toBeCloseTo(swapFlowWidth(1000) - swapFlowWidth(100), 9);
  });
  test('vanish when nothing moves', () => {
    expect(flowWidth(0)).toBe(0);
    expect(swapFlowWidth(0)).toBe(0);
  });
  test('carry their squares faster at a higher rate, and not at all while the clock stands', () => {
    expect(flowPhase(5000, 1000)).toBeGreaterThan(flowPhase(50, 1000));
    expect(flowPhase(5000, 0)).toBe(0);
  });
});

describe('how fast swap fills', () => {
  const samples = fixtureSamples();
  test('is the change of used swap over the half second before the head', () => {
    expect(swapNet(fixtureFrame(), samples)).toBeCloseTo(2690, -1);
  });
  test('does not look at what lies ahead of the head', () => {
    const early = fixtureFrame({ t: 10e9 });
    expect(swapNet(early, samples)).toBe(0);
  });
  test('is unknown before there are two samples', () => {
    expect(swapNet(fixtureFrame(), [])).toBeNull();
    expect(swapNet(fixtureFrame({ t: 0 }), samples)).toBeNull();
  });
});
