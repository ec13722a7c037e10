/**
 * audit: checks every structure of the kernel against every other one. §15.4.
 *
 * It trusts no counter and no flag: lists, page tables, page caches and swap are walked, and each page frame, counter
 * and map is held against what was found. Takes time in proportion to the number of pages.
 */
import type { Kernel } from '../include/kernel';
import { auditCounts } from './counts';
import { auditFrames } from './frames';
import { auditMemcg } from './memcg';
import { type Findings, MAX_MESSAGES } from './report';
import { walkKernel } from './walk';

/** The invariants that do not hold, in words; none for a sound kernel. Changes nothing. */
export function audit(k: Kernel): string[] {
  const f: Findings = { messages: [], dropped: 0 };
  const w = walkKernel(k, f);
  auditFrames(k, f, w);
  auditCounts(k, f, w);
  auditMemcg(k, f);
  if (f.dropped > 0) f.messages.push(`… and ${f.dropped} more than these ${MAX_MESSAGES}`);
  return f.messages;
}
