import { describe, expect, test } from 'vitest';
import { GFP_ANON_FAULT, GFP_KERNEL, GFP_PGTABLE, GFP_USER_PAGE } from '../../../../src/linux/include/gfp';
import type { Kernel } from '../../../../src/linux/include/kernel';
import { outOfMemory } from '../../../../src/linux/mm/oom_kill';
import { kernelOfReport, type OomReport, recordings, untimed } from '../../recordings';

/** Reports of a global OOM without policies whose order of decision the model knows. */
const reports = recordings().flatMap((r) =>
  (r.oom ?? [])
    .filter((o) => o.lines.some((l) => l.includes('Mem-Info:')))
    .filter((o) => o.summary?.constraint !== 'CONSTRAINT_MEMCG' && o.summary?.constraint !== 'CONSTRAINT_MEMORY_POLICY')
    .filter((o) => !o.lines.some((l) => l.includes('Tasks in /') || /task_memcg=\/[^,]/.test(l)))
    .map((o, i) => ({ title: `${r.name} #${i + 1}`, r, o })),
);

const gfpOf = (o: OomReport): number => Number(/gfp_mask=(0x[0-9a-f]+)/.exec(o.lines[0])![1]);

/** What the model has no notion of: firmware, registers, addresses that a stack dump only guesses. */
const unknown = (l: string): boolean =>
  /^(Hardware name|RIP|Code|RSP|RAX|RDX|RBP|R10|R13|Tainted): ?/.test(l) || /^ \? /.test(l);

/** The model's kernels have nothing to be ashamed of. */
const untainted = (l: string): string => l.replace(/Tainted: [A-Z ]{19}/, 'Not tainted');

/** What the model says in the state of a report. */
function replay(k: Kernel, o: OomReport, current: Parameters<typeof outOfMemory>[1]): string[] {
  const all = o.lines.join('\n');
  if (all.includes('system-wide panic_on_oom')) k.sysctl.panic_on_oom = 1;
  if (all.includes('oom_kill_allocating_task')) k.sysctl.oom_kill_allocating_task = 1;
  if (all.includes('shmem_write_begin')) current.allocSite = 'shmem_write';
  if (all.includes('filemap_read')) current.allocSite = 'filemap_read';
  if (all.includes('pte_alloc_one')) current.allocSite = 'pgtable';
  const sysrq = o.invoked.order === -1;
  outOfMemory(k, current, { gfp: gfpOf(o), order: sysrq ? 0 : o.invoked.order, nodemask: 0, sysrq });
  return k.log.map((l) => l.text);
}

describe('the report of a real kernel comes out word for word', () => {
  test.each(reports.filter(({ o }) => o.tasks.length > 0))('$title', ({ r, o }) => {
    const { k, current } = kernelOfReport(r, o);
    const said = replay(k, o, current);
    // Zone counters and free lists are read at different moments: a real line's sum may miss the zone's free count.
    const expected = o.lines
      .map(untimed)
      .filter((l) => !unknown(l))
      .map(untainted);
    const ours = said.slice(0, expected.length);
    expect(ours).toEqual(expected);
  });
});

test('there are reports to compare with', () => {
  expect(reports.length).toBeGreaterThan(10);
  expect(new Set(reports.map(({ o }) => gfpOf(o)))).toContain(GFP_ANON_FAULT);
  const known = [GFP_ANON_FAULT, GFP_USER_PAGE, GFP_KERNEL, GFP_PGTABLE];
  expect(known).toEqual(expect.arrayContaining(reports.map(({ o }) => gfpOf(o))));
});
