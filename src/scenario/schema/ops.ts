/** The operations of a process, as a file spells them. */
import * as v from 'valibot';
import { flag, integer, label, mpolMode, name, numberList, onEnomem, pages, rate, size, time } from './fields';

/** One operation in a scenario file: as in machine/ops.ts, with sizes and times as text too. */
export type ScenarioOp = { op: string; [field: string]: unknown };

export const ops: v.GenericSchema<ScenarioOp[]> = v.lazy(() => v.array(op, 'a list of operations')) as never;
const op = v.variant(
  'op',
  [
    v.strictObject({
      op: v.literal('mmap'),
      region: label,
      size,
      kind: v.optional(v.picklist(['anon', 'shared', 'file'], '"anon", "shared" or "file"')),
      file: v.optional(label),
      onEnomem: v.optional(onEnomem),
    }),
    v.strictObject({ op: v.literal('sbrk'), size, onEnomem: v.optional(onEnomem) }),
    v.strictObject({
      op: v.literal('touch'),
      region: label,
      from: v.optional(integer(0, 1 << 28)),
      pages: v.optional(v.union([pages, v.literal('all')], 'a number of pages or "all"')),
      pattern: v.optional(v.picklist(['seq', 'random', 'hot'], '"seq", "random" or "hot"')),
      hot: v.optional(size),
      hotPercent: v.optional(integer(0, 100)),
      stride: v.optional(integer(1, 1 << 20)),
      rate: v.optional(rate),
      write: v.optional(flag),
    }),
    v.strictObject({ op: v.literal('read'), file: label, fileSize: size, size, rate: v.optional(rate) }),
    v.strictObject({ op: v.literal('write'), file: label, fileSize: size, size, rate: v.optional(rate) }),
    v.strictObject({
      op: v.literal('append'),
      file: label,
      size,
      rate: v.optional(rate),
      onEnomem: v.optional(onEnomem),
    }),
    v.strictObject({ op: v.literal('unlink'), file: label }),
    v.strictObject({ op: v.literal('fork'), ops, name: v.optional(name), onEnomem: v.optional(onEnomem) }),
    v.strictObject({ op: v.literal('exec'), name, text: v.optional(size) }),
    v.strictObject({ op: v.literal('mlock'), region: label, onEnomem: v.optional(onEnomem) }),
    v.strictObject({ op: v.literal('mbind'), region: label, mode: mpolMode, nodes: v.optional(numberList) }),
    v.strictObject({ op: v.literal('set_mempolicy'), mode: mpolMode, nodes: v.optional(numberList) }),
    v.strictObject({
      op: v.literal('madvise'),
      region: label,
      advice: v.picklist(['dontneed', 'hugepage', 'nohugepage'], '"dontneed", "hugepage" or "nohugepage"'),
      keepEvery: v.optional(integer(2, 1 << 20)),
    }),
    v.strictObject({
      op: v.literal('kalloc'),
      count: integer(1, 1 << 26),
      order: v.optional(integer(0, 10)),
      use: v.optional(v.picklist(['driver', 'slab', 'dentries'], '"driver", "slab" or "dentries"')),
      rate: v.optional(rate),
      onEnomem: v.optional(onEnomem),
    }),
    v.strictObject({ op: v.literal('kfree'), keepEvery: v.optional(integer(2, 1 << 20)) }),
    v.strictObject({ op: v.literal('munmap'), region: label }),
    v.strictObject({
      op: v.literal('malloc2'),
      times: v.optional(integer(1, 1e9)),
      touch: flag,
      rate: v.optional(rate),
      onEnomem: v.optional(onEnomem),
    }),
    v.strictObject({ op: v.literal('sleep'), time }),
    v.strictObject({ op: v.literal('compute'), time }),
    v.strictObject({ op: v.literal('exit') }),
    v.strictObject({ op: v.literal('loop'), ops }),
    v.strictObject({ op: v.literal('repeat'), times: integer(1, 1e9), ops }),
  ],
  'an operation',
);
