/** What would have come of a kill: answers that are computed on another machine. */
import type { KillReport } from '../../machine/record';

/** What came of a run that was gone through again with a change. */
export interface WhatIf {
  pid: number;
  adj: number;
  /** The OOM that was looked at, and the next one if there was any. */
  kills: KillReport[];
  /** Why the kernel panicked, '' = it did not. */
  panic: string;
  /** ns up to which it was computed. */
  t: number;
}

/** What there could be more of: swap from boot on, or a limit of the group just before the kill. */
export type RemedyKind = 'swap' | 'memory.max' | 'memory.swap.max';

/** What came of one amount. */
export interface RemedyTrial {
  /** Pages more than there were. */
  extra: number;
  /** The kill that came all the same; null = none within the time that was looked at. */
  kill: { t: number; pid: number; comm: string; memcg: string } | null;
  /** That kill is for another want than the one asked about: the group's limit was not hit before it. */
  elsewhere: boolean;
  /** Why the kernel panicked, '' = it did not. */
  panic: string;
}

/** A search under way: what is known, and how far the present trial has come, ns. */
export interface RemedyProgress {
  what: RemedyKind;
  before: number;
  trials: RemedyTrial[];
  extra: number;
  t: number;
  until: number;
}

export interface Remedy {
  what: RemedyKind;
  before: number;
  /** In the order in which they were tried; each is a replay. */
  trials: RemedyTrial[];
  /** Nothing beyond this was tried, pages. */
  bound: number;
  /** ns after the kill that were looked at. */
  span: number;
  /** The least amount with which there was no such kill, -1 = none; and the largest one below it with which there was. */
  least: number;
  below: number;
}
