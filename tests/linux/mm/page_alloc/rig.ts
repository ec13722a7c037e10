/** A machine whose slow path is driven stage by stage. */
import { expect } from 'vitest';
import {
  ALLOC_NO_WATERMARKS,
  GFP_NOWAIT,
  GFP_USER_PAGE,
  gfpMigratetype,
  gfpZone,
} from '../../../../src/linux/include/gfp';
import type { Kernel } from '../../../../src/linux/include/kernel';
import { ZONE_MOVABLE } from '../../../../src/linux/include/mmzone';
import { type AllocContext, TASK_RUNNING, type Task } from '../../../../src/linux/include/sched';
import { createTask } from '../../../../src/linux/kernel/sched/core';
import { allocPagesNowait, allocSlowpathStep, zonePcpCount } from '../../../../src/linux/mm/page_alloc';
import { newAllocContext } from '../../../../src/linux/mm/page_alloc/slowpath_context';
import { spawn } from '../../driver';
import { bootTestKernel } from '../../support';

export const DMA = 0;
export const DMA32 = 1;

/** The machine of the running test. */
let k: Kernel;
let task: Task;

/** A new machine of two zones, with a process that asks. */
export function bootRig(): { k: Kernel; task: Task } {
  k = bootTestKernel(120_064);
  createTask(k, { comm: 'init' });
  task = spawn(k, 'app');
  return { k, task };
}

/** Says that each zone has so many free pages, whatever its lists hold. */
export const claimFree = (pages: number): void => {
  for (const z of k.zones) z.free = pages;
};
/** The most that a request by these flags may find in DMA32 and still be refused. */
export const edge = (mark: number): number =>
  k.zones[DMA32].watermark[mark] + k.zones[DMA32].lowmemReserve[ZONE_MOVABLE];
/** DMA32 with so many free pages, and DMA with none. */
export const claimDma32 = (pages: number): void => {
  claimFree(0);
  k.zones[DMA32].free = pages;
};

/** Takes every page there is. */
export function exhaust(): void {
  for (let order = 10; order >= 0; order--) while (allocPagesNowait(k, GFP_NOWAIT, order, ALLOC_NO_WATERMARKS) >= 0);
  expect(k.zones.map((z) => z.free + zonePcpCount(z))).toEqual([0, 0]);
}

export function begin(gfp = GFP_USER_PAGE, order = 0, nodemask = 0): AllocContext {
  const ctx = newAllocContext(k, gfp, order, gfpZone(gfp), gfpMigratetype(gfp), 0, nodemask);
  task.alloc = ctx;
  return ctx;
}
/** The context after one step from `stage`. */
export function stepFrom(stage: AllocContext['stage'], ctx: AllocContext): AllocContext {
  ctx.stage = stage;
  allocSlowpathStep(k, task);
  return ctx;
}
export function runToEnd(ctx: AllocContext): string[] {
  const stages: string[] = [];
  for (let i = 0; i < 100_000 && !ctx.done && k.panic === ''; i++) {
    if (stages.at(-1) !== ctx.stage) stages.push(ctx.stage);
    if (task.state !== TASK_RUNNING) {
      k.now = task.wakeAt;
      task.state = TASK_RUNNING;
    }
    allocSlowpathStep(k, task);
  }
  return stages;
}
