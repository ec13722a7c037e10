/** What a program of the launch palette is, and how its parameters become operations. */
import { RefusalError } from '../machine/commands';
import type { Op, ProcessSpec } from '../machine/ops';
import { parseSize } from '../machine/units';

/** The computer a program is started on: what its sizes scale with. */
export interface Facts {
  ramPages: number;
  swapPages: number;
  cpus: number;
}

export interface ParamSpec {
  id: string;
  /** `size` is pages here, but bytes or "64MiB" where people write it. */
  unit: 'size' | 'pages/s' | 'count' | 'percent' | 'flag';
  min: number;
  max: number;
  /** On that computer. Sizes in pages. */
  initial: (facts: Facts) => number;
}

/** One file per program in programs/. Its title and the words of its parameters are i18n's, under `program.ID`. */
export interface Program {
  id: string;
  /** Name its process runs under. */
  comm: string;
  uid: number;
  oomScoreAdj: number;
  params: ParamSpec[];
  /** The processes it starts; sizes in pages. */
  build: (params: Record<string, number>, facts: Facts) => { comm?: string; textPages?: number; ops: Op[] }[];
}

const MAX_PAGES = 1 << 24;
/** A size that is this share of RAM by default. */
export const sizeParam = (id: string, share: number): ParamSpec => ({
  id,
  unit: 'size',
  min: 1,
  max: MAX_PAGES,
  initial: ({ ramPages }) => Math.max(1, Math.floor(ramPages * share)),
});
/** A rate that passes over all of RAM in that many seconds by default. */
export const rateParam = (id: string, seconds: number): ParamSpec => ({
  id,
  unit: 'pages/s',
  min: 0,
  max: 1e7,
  initial: ({ ramPages }) => Math.max(100, Math.round(ramPages / seconds)),
});
export const countParam = (id: string, initial: number, max: number, min = 1): ParamSpec => ({
  id,
  unit: 'count',
  min,
  max,
  initial: () => initial,
});
export const flagParam = (id: string, initial: 0 | 1): ParamSpec => ({
  id,
  unit: 'flag',
  min: 0,
  max: 1,
  initial: () => initial,
});

const PAGE = 4096;

/** What differs from the program's own when it is started. */
export interface StartOptions {
  name?: string;
  uid?: number;
  adj?: number;
  nice?: number;
  at?: number;
  /** The cgroup its processes are started in. */
  cgroup?: string;
}

/**
 * Processes of a program with these parameters, the others at their defaults.
 *
 * @throws {RefusalError} `unknown-param` or `bad-param`
 */
export function startProgram(
  program: Program,
  given: Record<string, string | number>,
  facts: Facts,
  options: StartOptions = {},
): ProcessSpec[] {
  const params = resolveParams(program, given, facts);
  return program.build(params, facts).map((it) => ({
    comm:
      it.comm && options.name ? it.comm.replace(program.comm, options.name) : (options.name ?? it.comm ?? program.comm),
    uid: options.uid ?? program.uid,
    oomScoreAdj: options.adj ?? program.oomScoreAdj,
    ...(options.nice !== undefined && { nice: options.nice }),
    at: options.at ?? 0,
    textPages: it.textPages ?? DEFAULT_TEXT_PAGES,
    program: program.id,
    ops: it.ops,
  }));
}
/** 1.5 MiB of program and libraries. */
export const DEFAULT_TEXT_PAGES = 384;

function resolveParams(program: Program, given: Record<string, string | number>, facts: Facts): Record<string, number> {
  const params: Record<string, number> = {};
  for (const spec of program.params) params[spec.id] = spec.initial(facts);
  for (const id of Object.keys(given)) {
    const spec = program.params.find((it) => it.id === id);
    if (!spec) {
      throw new RefusalError('unknown-param', {
        program: program.id,
        got: id,
        expected: program.params.map((it) => it.id).join(', '),
      });
    }
    params[id] = readParam(program, spec, given[id]);
  }
  return params;
}

function readParam(program: Program, spec: ParamSpec, value: string | number): number {
  let n: number | null = typeof value === 'number' ? value : Number(value);
  if (spec.unit === 'size') {
    n = parseSize(value);
    if (n !== null) n = Math.ceil(n / PAGE);
  }
  if (n === null || !Number.isFinite(n) || !Number.isInteger(n) || n < spec.min || n > spec.max) {
    throw new RefusalError('bad-param', {
      program: program.id,
      param: spec.id,
      unit: spec.unit,
      got: value,
      min: spec.unit === 'size' ? spec.min * PAGE : spec.min,
      max: spec.unit === 'size' ? spec.max * PAGE : spec.max,
    });
  }
  return n;
}
