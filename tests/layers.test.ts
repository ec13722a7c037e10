import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseAst } from 'rolldown/parseAst';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../scripts/lib/root.mjs';

/** Which layers a layer may import from, besides itself. A layer that is not here may not exist. */
const BELOW: Record<string, string[]> = {
  linux: [],
  machine: ['linux'],
  userspace: ['linux', 'machine'],
  scenario: ['linux', 'machine', 'userspace'],
  report: ['linux', 'machine', 'userspace', 'scenario'],
  lessons: ['linux', 'machine', 'userspace', 'scenario'],
  worker: ['linux', 'machine', 'userspace', 'scenario', 'report', 'lessons'],
  cli: ['linux', 'machine', 'userspace', 'scenario', 'report', 'lessons'],
  store: ['linux', 'machine', 'userspace', 'scenario', 'report', 'lessons', 'worker'],
  actions: ['linux', 'machine', 'userspace', 'scenario', 'report', 'lessons', 'worker', 'store'],
  ui: ['linux', 'machine', 'userspace', 'scenario', 'report', 'lessons', 'worker', 'store', 'actions', 'styles'],
  styles: [],
  i18n: [],
};

/** Which layers a package may appear in. A package that is not here may appear in none. */
const PACKAGES: [RegExp, string[]][] = [
  [/^node:/, ['cli']],
  [/^valibot$/, ['scenario', 'report', 'lessons', 'worker', 'cli', 'store']],
  [/^fflate$/, ['scenario', 'report', 'worker', 'cli', 'store']],
  [/^zustand(\/|$)/, ['store', 'actions', 'ui']],
  [/^(react|react-dom)(\/|$)/, ['ui']],
  [/^(react-aria-components|react-aria|react-stately|@react-aria\/.*|@internationalized\/.*)(\/|$)/, ['ui']],
  [/^d3(-|$)/, ['ui']],
];

/** A node of the syntax tree, as ESTree has it. */
interface Node {
  type: string;
  start: number;
  [key: string]: unknown;
}

interface SourceFile {
  /** Relative to src/, with slashes. */
  name: string;
  layer: string;
  text: string;
  program: Node;
}

const SRC = path.join(ROOT, 'src');

function sourceFiles(): SourceFile[] {
  if (!existsSync(SRC)) return [];
  return readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .map((name) => name.split(path.sep).join('/'))
    .filter((name) => name.includes('/') && /\.tsx?$/.test(name) && !name.endsWith('.d.ts'))
    .map((name) => parse(name, readFileSync(path.join(SRC, name), 'utf8')));
}

function parse(name: string, text: string): SourceFile {
  const lang = name.endsWith('x') ? 'tsx' : 'ts';
  return { name, layer: name.split('/')[0], text, program: parseAst(text, { lang }) as unknown as Node };
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';
}

function walk(node: Node, visit: (node: Node, parent: Node | null) => void, parent: Node | null = null): void {
  visit(node, parent);
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) walk(child, visit, node);
  }
}

function lineOf(file: SourceFile, node: Node): string {
  return `src/${file.name}:${file.text.slice(0, node.start).split('\n').length}`;
}

function literal(node: unknown): string | null {
  return isNode(node) && node.type === 'Literal' && typeof node.value === 'string' ? node.value : null;
}

interface Import {
  node: Node;
  from: string;
  typeOnly: boolean;
}

/** What a file asks for: imports, exports from elsewhere, dynamic imports, and workers (`new URL('./x', import.meta.url)`). */
function importsOf(file: SourceFile): Import[] {
  const found: Import[] = [];
  walk(file.program, (node) => {
    let from: string | null = null;
    if (
      /^(Import|ExportNamed|ExportAll)Declaration$/.test(node.type) ||
      /^(Import|TSImport)Expression$/.test(node.type)
    ) {
      from = literal(node.source);
    } else if (node.type === 'NewExpression' && (node.callee as Node).name === 'URL') {
      from = literal((node.arguments as unknown[])[0]);
      if (!from?.startsWith('.')) from = null;
    }
    if (from !== null) found.push({ node, from, typeOnly: node.importKind === 'type' || node.exportKind === 'type' });
  });
  return found;
}

/** Why a file may not import that, or null when it may. */
function refusal({ name, layer }: SourceFile, { from, typeOnly }: Import): string | null {
  if (!(layer in BELOW)) return `src/${layer} is not a layer`;
  if (from.startsWith('.')) {
    const target = path.posix.join(path.posix.dirname(name), from.split('?')[0]);
    const targetLayer = target.split('/')[0];
    if (targetLayer === '..') return 'leaves src/';
    const allowed = targetLayer === layer || targetLayer === 'i18n' || BELOW[layer].includes(targetLayer);
    // The words may know the types of the codes they are for, whichever layer those are of.
    return allowed || (layer === 'i18n' && typeOnly) ? null : `${layer} may not import from ${targetLayer}`;
  }
  const layers = PACKAGES.find(([pattern]) => pattern.test(from))?.[1];
  if (!layers) return `${from} is not a package that any layer may import`;
  return layers.includes(layer) ? null : `${layer} may not import ${from}`;
}

function wrongImports(files: SourceFile[]): string[] {
  return files.flatMap((file) =>
    importsOf(file).flatMap((it) => {
      const why = refusal(file, it);
      return why === null ? [] : [`${lineOf(file, it.node)} imports ${it.from}: ${why}`];
    }),
  );
}

const HIDDEN_STATE = [
  'Date',
  'performance',
  'crypto',
  'Map',
  'Set',
  'WeakMap',
  'WeakSet',
  'WeakRef',
  'Promise',
  'Symbol',
];

/** What makes a node impure: time, chance, or state that cannot be copied, hashed and replayed. Null when nothing does. */
function impurity(node: Node, parent: Node | null): string | null {
  switch (node.type) {
    case 'ClassDeclaration':
    case 'ClassExpression':
      return 'a class';
    case 'AwaitExpression':
      return 'await';
    case 'TSEnumDeclaration':
      return 'an enum';
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      return node.generator ? 'a generator' : node.async ? 'an async function' : null;
    case 'MemberExpression':
      return (node.object as Node).name === 'Math' && (node.property as Node).name === 'random' ? 'Math.random' : null;
    case 'VariableDeclaration':
      return parent?.type.startsWith('Program') || parent?.type === 'ExportNamedDeclaration'
        ? node.kind === 'const'
          ? null
          : 'a module variable that changes'
        : null;
    case 'Identifier': {
      // Not the names of properties: `vma.Map` would be an odd name, but no Map.
      const isProperty =
        ((parent?.type === 'MemberExpression' && parent.property === node) ||
          ((parent?.type === 'Property' || parent?.type === 'TSPropertySignature') && parent.key === node)) &&
        !parent.computed;
      return !isProperty && HIDDEN_STATE.includes(node.name as string) ? (node.name as string) : null;
    }
    default:
      return null;
  }
}

function impurities(files: SourceFile[]): string[] {
  const found: string[] = [];
  for (const file of files) {
    walk(file.program, (node, parent) => {
      const what = impurity(node, parent);
      if (what !== null) found.push(`${lineOf(file, node)} has ${what}`);
    });
  }
  return found;
}

const files = sourceFiles();

describe('the layers', () => {
  test('import one way only', () => {
    expect(wrongImports(files)).toEqual([]);
  });

  test('are judged by this test as they should be', () => {
    const refused = (name: string, text: string) => wrongImports([parse(name, text)]).length;
    expect(refused('linux/mm/vmscan.ts', "import { run } from '../../machine/run';")).toBe(1);
    expect(refused('machine/run.ts', "import { run } from '../linux/mm/vmscan';")).toBe(0);
    expect(refused('linux/mm/vmscan.ts', "import { text } from '../../i18n/en';")).toBe(0);
    expect(refused('linux/mm/vmscan.ts', "export * from '../../ui/shell';")).toBe(1);
    expect(refused('report/parse.ts', "const late = () => import('../lessons/all');")).toBe(1);
    expect(refused('store/run.ts', "import { main } from '../cli/main';")).toBe(1);
    expect(refused('worker/client.ts', "new Worker(new URL('./host.ts', import.meta.url));")).toBe(0);
    expect(refused('store/run.ts', "import { max } from 'd3';")).toBe(1);
    expect(refused('ui/chart.tsx', "import { max } from 'd3-array'; const bar = <b>{max([1])}</b>;")).toBe(0);
    expect(refused('report/file.ts', "import { readFileSync } from 'node:fs';")).toBe(1);
    expect(refused('cli/file.ts', "import { readFileSync } from 'node:fs';")).toBe(0);
    expect(refused('i18n/en.ts', "import type { Code } from '../report/codes';")).toBe(0);
    expect(refused('i18n/en.ts', "import { codes } from '../report/codes';")).toBe(1);
    expect(refused('helpers/all.ts', "import { codes } from '../report/codes';")).toBe(1);
  });
});

describe('the kernel', () => {
  test('is plain data and pure functions: no clock, no chance, no hidden state', () => {
    expect(impurities(files.filter(({ layer }) => layer === 'linux'))).toEqual([]);
  });

  test('is judged by this test as it should be', () => {
    const found = (text: string) => impurities([parse('linux/x.ts', text)]).length;
    expect(found('const a = Date.now();')).toBe(1);
    expect(found('const a = Math.random();')).toBe(1);
    expect(found('const a = Math.max(1, 2);')).toBe(0);
    expect(found('interface Zone { pages: Map<number, number> }')).toBe(1);
    expect(found('export const seen = new Set();')).toBe(1);
    expect(found('export let count = 0;')).toBe(1);
    expect(found('let count = 0;')).toBe(1);
    expect(found('function f() { let count = 0; return count; }')).toBe(0);
    expect(found('class Zone {}')).toBe(1);
    expect(found('function* pages() { yield 1; }')).toBe(1);
    expect(found('// a Date, a Map and a class\nconst text = "new Set()";')).toBe(0);
  });
});
