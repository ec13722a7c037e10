/** The scenarios that come with the lab, in the order of its menu; the first is the one it opens with. */
import type { Scenario } from '../schema';
import { allOrNothing } from './all-or-nothing';
import { anotherYear } from './another-year';
import { cachedIsNotFree } from './cached-is-not-free';
import { containerLimit } from './container-limit';
import { crazyAllocator } from './crazy-allocator';
import { freeIsNotContiguous } from './free-is-not-contiguous';
import { fullNode } from './full-node';
import { hugePagesOff } from './huge-pages-off';
import { hugePagesOn } from './huge-pages-on';
import { killingOnceIsNotEnough } from './killing-once-is-not-enough';
import { leakyServer } from './leaky-server';
import { mallocFails } from './malloc-fails';
import { smallOneDiesFirst } from './small-one-dies-first';
import { swapFillsFirst } from './swap-fills-first';
import { thrashBeforeKill } from './thrash-before-kill';

export const BUILTIN_SCENARIOS: readonly Scenario[] = [
  leakyServer,
  crazyAllocator,
  smallOneDiesFirst,
  swapFillsFirst,
  thrashBeforeKill,
  cachedIsNotFree,
  mallocFails,
  killingOnceIsNotEnough,
  freeIsNotContiguous,
  hugePagesOn,
  hugePagesOff,
  containerLimit,
  allOrNothing,
  anotherYear,
  fullNode,
];
export const DEFAULT_SCENARIO: Scenario = leakyServer;

/** The built-in scenario of this id, or null. */
export const builtinScenario = (id: string): Scenario | null => BUILTIN_SCENARIOS.find((it) => it.id === id) ?? null;
