/** Sentences for what is refused: one for each code that the layers below report. Page and command line use the same. */
import type { Refusal } from '../machine/commands';

const bytes = (n: string | number): string => {
  const value = Number(n);
  if (!Number.isFinite(value)) return String(n);
  for (const [unit, size] of [
    ['GiB', 1024 ** 3],
    ['MiB', 1024 ** 2],
    ['KiB', 1024],
  ] as const) {
    if (value >= size && value % size === 0) return `${value / size} ${unit}`;
  }
  return `${value} bytes`;
};

/** What a file of a control group takes. */
const groupValueExpected = (file: string): string =>
  file === 'memory.oom.group'
    ? '0 or 1'
    : `${file === 'memory.reclaim' ? '' : '"max" or '}a size such as 64M, 64MiB or 67108864 bytes`;

const wholeNumber = ({ min, max }: Refusal['params']): string =>
  `expected a whole number ${Number.isFinite(max) ? `from ${min} to ${max}` : `of ${min} or more`}`;

type Sentence = (p: Refusal['params']) => string;

const invalid =
  (what: string): Sentence =>
  (p) =>
    `${what}: ${p.path}: expected ${p.expected}, got ${p.got}.`;

const JSON_EXPECTED: Record<string, string> = {
  value: 'a value',
  name: 'a name in double quotes',
  colon: 'a colon',
  commaOrBrace: 'a comma or }',
  commaOrBracket: 'a comma or ]',
  end: 'nothing more',
};

/** Characters that cannot be seen by their numbers, as JSON writes them. */
const jsonGot = (got: string): string =>
  got === ''
    ? 'the end'
    : got.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);

const sentences: Record<string, Sentence> = {
  'bad-json': (p) =>
    `This is not valid JSON: line ${p.line}, column ${p.column}: expected ${JSON_EXPECTED[p.expected]}, got ${jsonGot(String(p.got))}.`,
  'bad-scenario': invalid('This scenario is not valid'),
  'bad-session': invalid('This session is not valid'),
  'bad-command': invalid('This command is not valid'),
  'bad-link': () => 'This link is damaged: the session in it cannot be read.',
  'link-too-long': () => 'This session is too large for a link: save it as a file instead.',
  'unknown-scenario': (p) => `There is no built-in scenario "${p.got}".`,
  'unknown-program': (p) => `There is no program "${p.got}": expected one of ${p.expected}.`,
  'unknown-param': (p) => `The program ${p.program} has no parameter "${p.got}": expected one of ${p.expected}.`,
  'bad-param': (p) =>
    p.unit === 'size'
      ? `Parameter ${p.param} of ${p.program}: expected a size from ${bytes(p.min)} to ${bytes(p.max)}, got ${p.got === '' ? 'nothing' : p.got}.`
      : `Parameter ${p.param} of ${p.program}: expected a whole number from ${p.min} to ${p.max}, got ${p.got === '' ? 'nothing' : p.got}.`,
  'ram-too-small': (p) => `A machine needs at least ${bytes(p.min)} of RAM, got ${bytes(p.got)}.`,
  'ram-too-large': (p) => `The model holds at most ${bytes(p.max)} of RAM, got ${bytes(p.got)}.`,
  'swap-too-large': (p) => `The model holds at most ${bytes(p.max)} of swap, got ${bytes(p.got)}.`,
  'found-does-not-fit': (p) =>
    `What is to be in memory when the machine begins does not fit: it has ${bytes(p.ram)} and what swap it was given.`,
  'bad-cpus': (p) => `A machine has 1 to ${p.max} CPUs, got ${p.got}.`,
  'too-many-nodes': (p) => `The model has at most ${p.max} NUMA nodes, got ${p.got}.`,
  'node-too-small': (p) => `Node ${p.node} needs at least ${bytes(p.min)} of RAM, got ${bytes(p.got)}.`,
  'nodes-ram': (p) => `The nodes have ${bytes(p.got)} of RAM together, but the machine has ${bytes(p.ram)}.`,
  'nodes-cpus': (p) => `The nodes have ${p.got} CPUs together, but the machine has ${p.cpus}.`,
  'bad-distances': (p) => `machine.distances: expected ${p.nodes} lists of ${p.nodes} numbers.`,
  'bad-nodes': (p) => `${p.path}: expected nodes of this machine such as "0" or "0-1", got "${p.got}".`,
  'bad-cpu-list': (p) => `${p.path}: expected CPUs of this machine such as "0" or "0-1", got "${p.got}".`,
  'unknown-cpuset': (p) => `${p.path}: there is no cpuset "${p.got}": expected one of ${p.expected}.`,
  'bad-adj': (p) => `oom_score_adj must be a whole number from -1000 to 1000, got ${p.got}.`,
  'unknown-sysctl': (p) => `There is no setting "${p.name}".`,
  'bad-sysctl': (p) =>
    `The kernel refuses "${p.value}" for ${p.name}: ${p.min === undefined ? 'invalid argument' : wholeNumber(p)}.`,
  'bad-cgroup-path': (p) => `"${p.path}" is no path of a control group: expected one like /web or /web/db.`,
  'no-cgroup': (p) => `There is no control group ${p.path}.`,
  'cgroup-exists': (p) => `There is a control group ${p.path} already.`,
  'cgroup-busy': (p) =>
    `The kernel refuses that for ${p.path} (device or resource busy): processes live in groups without children, and only an empty group can be removed.`,
  'unknown-cgroup-file': (p) => `The control group ${p.path} has no file ${p.file}.`,
  'bad-cgroup-value': (p) =>
    `The kernel refuses "${p.value}" for ${p.file} of ${p.path}: expected ${groupValueExpected(String(p.file))}.`,
  'unknown-oom-rules': (p) => `There are no OOM rules "${p.got}": expected one of ${p.expected}.`,
  'no-kill': () => 'This kill is not in the future that is open now.',
  'no-room': () => 'There is no room for more of that on this machine.',
  'no-process': (p) => `There is no process ${p.pid}.`,
  'not-permitted': (p) => `The kernel does not permit that for process ${p.pid}.`,
  'unknown-proc-file': (p) => `There is no file ${p.path} on this machine.`,
  'bad-cell': (p) => `The page map has no cell ${p.cell}.`,
  'machine-stopped': () => 'The machine has panicked: nothing can be done to it any more. Step back or reset it.',
  'out-of-memory': () => 'This browser has not enough memory for a machine of that size.',
  'worker-died': (p) => `The machine stopped (${p.why}). It was started again and replayed to where it was.`,
  'worker-gone': (p) => `The machine stopped again and again (${p.why}). Open it anew, or another one.`,
  no_machine: () => 'No machine is open.',
};

/** The sentence for a refusal. */
export function refusalText(refusal: Refusal): string {
  const sentence = sentences[refusal.code];
  return sentence ? sentence(refusal.params) : `This was refused (${refusal.code}).`;
}
