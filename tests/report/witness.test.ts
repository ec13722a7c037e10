/** What a report says between the lines: by its forms, by a score it prints, by what is not in it. */
import { describe, expect, test } from 'vitest';
import { explainDocument, explainReadable } from '../../src/report/document';
import { explainText } from '../../src/report/explain';
import { detailsOf, savedOf, verdictOf } from '../../src/report/sentences';
import { CGROUP_V1, MODERN, OLD } from './samples';

const doc = (text: string) => explainDocument(explainText(text)).reports[0];
const sentence = (text: string): string => {
  const { who, why } = verdictOf(doc(text));
  return who + why;
};

/** 4.9 in a container, uid 0: 20 000 of 25 600 pages. */
const box = (
  score: number,
): string => `cook invoked oom-killer: gfp_mask=0x24000c0(GFP_KERNEL), order=0, oom_score_adj=0
CPU: 0 PID: 40 Comm: cook Not tainted 4.9.300-test #1
Task in /box killed as a result of limit of /box
memory: usage 102400kB, limit 102400kB, failcnt 7
memory+swap: usage 0kB, limit 9007199254740988kB, failcnt 0
[ pid ]   uid  tgid total_vm      rss nr_ptes nr_pmds swapents oom_score_adj name
[   40]     0    40    30000    19950      45       5        0             0 cook
[   41]     0    41     9000     1000      10       5        0             0 waiter
Memory cgroup out of memory: Kill process 40 (cook) score ${score} or sacrifice child
Killed process 40 (cook) total-vm:120000kB, anon-rss:79000kB, file-rss:800kB, shmem-rss:0kB
`;

describe('the score that kernels before 5.1 print', () => {
  test('says that uid 0 had no bonus', () => {
    // 20 000 of 25 600 are 781 per mille, 757 with three per cent off.
    expect(doc(box(781))).toMatchObject({ agrees: true, reasonCode: 'highest-score-root-bonus', totalExact: true });
    expect(doc(box(781)).tasks[0].points).toBe(20_000);
    expect(doc(box(757))).toMatchObject({ agrees: true, reasonCode: 'highest-score', totalExact: true });
    expect(doc(box(757)).tasks[0].points).toBe(19_400);
  });
  test('says that swap is not in the total of a cgroup, whose limit of both is none', () => {
    expect(doc(box(781)).warningCodes).not.toContain('cgroup-swap-unknown');
    expect(savedOf(doc(box(781)))).toMatch(/^An oom_score_adj of -\d+ or less would/);
  });
  test('says how much swap is in it', () => {
    const other = box(195).replace(/^(\[ +4[01]\] +)0 /gm, '$11000 ');
    const { totalPages, swapPages, totalExact } = doc(other);
    // 20 000 of 102 400 pages are 195 per mille.
    expect(Math.abs((totalPages ?? 0) - 102_400) / 102_400).toBeLessThan(0.003);
    expect(swapPages).toBe((totalPages ?? 0) - 25_600);
    expect(totalExact).toBe(false);
    expect(savedOf(doc(other))).toMatch(/^An oom_score_adj of about -\d+ or less/);
  });
  test('one that fits nothing changes nothing', () => {
    expect(doc(box(3))).toMatchObject({ agrees: true, totalPages: 25_600 });
  });
});

describe('the form of the lines', () => {
  test('the kill in one line with the page tables is not of a kernel that sacrifices children', () => {
    const backported = MODERN.replace('6.12.9-test', '4.18.0-999.el8.x86_64').replaceAll('6.12', '4.18');
    expect(doc(backported).era).toBe('5.1 to 5.8');
  });
  test.each(['oomkilladj=0', 'oom_adj=0'])('%s is of 2.6.35 or before', (adj) => {
    const text = `probe invoked oom-killer: gfp_mask=0xd0, order=0, ${adj}\nMem-info:\nfree:200 slab:700 mapped:100 pagetables:9 bounce:0\nOut of memory: kill process 12 (probe) score 90 or a child\nKilled process 13 (child)\n`;
    expect(doc(text).era).toBe('2.4 to 2.6.35');
    expect(sentence(text)).toContain('child (13) was killed');
    expect(sentence(text)).toContain('it was a child of probe (12), which the kernel had chosen');
    expect(doc(text).counts.free).toBe(200);
  });
  test('bits without names are put together as the kernel puts them together', () => {
    const numbers = MODERN.replace(/gfp_mask=\S+,/, 'gfp_mask=0x24000c0,').replace('6.12.9-test', '4.4.1-test');
    expect(doc(numbers).gfp?.flags).toEqual(['GFP_KERNEL']);
  });
});

describe('what is not in the text', () => {
  test('the zone of high memory is missing, and the totals are believed', () => {
    const text = MODERN.replace('262144 pages RAM', '1310720 pages RAM').replace(
      '0 pages HighMem',
      '1048576 pages HighMem',
    );
    const r = doc(text);
    expect(r.warningCodes).toContain('zones-lost');
    expect(r.warningCodes).not.toContain('totals-differ');
    expect(r.memory?.totalPages).toBe(1310720 - 12144);
  });
  test('lines of the decision alone are reports, with their constraint', () => {
    const pair = (pid: number): string =>
      `oom-kill:constraint=CONSTRAINT_CPUSET,nodemask=(null),cpuset=left,mems_allowed=1,global_oom,task=vm\nOut of memory: Killed process ${pid} (vm) total-vm:9000kB, anon-rss:5000kB\n`;
    const { reports } = explainDocument(explainText(`${pair(5)}\n${pair(6)}`));
    expect(reports.map((r) => [r.constraint, r.victim?.pid])).toEqual([
      ['CONSTRAINT_CPUSET', 5],
      ['CONSTRAINT_CPUSET', 6],
    ]);
  });
  test('a panic of which only the end is left', () => {
    const end = MODERN.slice(MODERN.indexOf('Node 0 DMA32 free')).replace(
      /Tasks state[\s\S]*$/,
      'Out of memory and no killable processes...\nKernel panic - not syncing: System is deadlocked on memory\n',
    );
    expect(doc(end)).toMatchObject({ reasonCode: 'none-killable', panic: 'System is deadlocked on memory' });
    expect(sentence(end)).toContain('Nobody was killed: the kernel panicked because');
  });
  test('a cgroup in which nobody may be killed', () => {
    const text = CGROUP_V1.replace(/^[^\n]*\[ pid \][\s\S]*$/m, 'Out of memory and no killable processes...\n');
    expect(sentence(text)).toBe(
      'Nobody was killed: a cgroup was at its limit, and there was no process that may be killed.',
    );
  });
});

test.each([
  'ws systemd-oomd[812]: Killed /user.slice/app.scope due to memory pressure for /user.slice being 68.40% > 50.00% for > 20s',
  'earlyoom[611]: sending SIGTERM to process 2811 uid 1000 "browser": oom_score 1112, VmRSS 3012 MiB',
  "<6>[ 1204.123456] lowmemorykiller: Killing 'com.example' (12345), adj 900,",
])('a killer in user space is named as what it is: %s', (line) => {
  expect(explainText(line).instead).toBe('user-space');
  expect(explainText(`${line}\n${MODERN}`).instead).toBeNull();
});

describe('free CMA pages', () => {
  const zone = MODERN.replace('free:10800kB boost', 'free:30800kB boost').replace(
    /free_cma:0kB\nlowmem/,
    'free_cma:22000kB\nlowmem',
  );
  test('that a movable request may have, and that alone keep the zone above its mark', () => {
    expect(doc(zone).zones[0]).toMatchObject({ code: 'allowed', cma: 0, cmaCounted: 5500 });
    expect(explainReadable(explainText(zone))).toContain('Its free pages count 5,500 of CMA');
  });
  test('that make no difference are not talked of', () => {
    expect(doc(zone.replace('free:30800kB', 'free:60800kB')).zones[0].cmaCounted).toBe(0);
  });
});

describe('lines whose ends were lost', () => {
  test('totals in one line', () => {
    const glued = MODERN.replace(/Total swap = 100000kB\n(.*)\n(.*)\n(.*)\n/, 'Total swap = 100000kB$1$2$3\n');
    expect(glued).toContain('100000kB262144 pages RAM0 pages HighMem/MovableOnly12144 pages reserved');
    expect(doc(glued)).toMatchObject({ totalPages: 275_000, agrees: true });
  });
  test('the next time stamp shows where a line begins', () => {
    const stamped = MODERN.trimEnd()
      .split('\n')
      .map((l, i) => `[  100.${String(i).padStart(6, '0')}] ${l}`);
    const glued = stamped.map((l, i) => (i % 3 === 0 ? l : `${l}\n`)).join('');
    expect(doc(glued).tasks).toEqual(doc(stamped.join('\n')).tasks);
    expect(doc(glued)).toMatchObject({ totalPages: 275_000, agrees: true, complete: true });
  });
});

describe('lines that a pager cut off', () => {
  const cut = (mark: string): string =>
    MODERN.split('\n')
      .map((l) => (l.length > 100 ? `${l.slice(0, 100 - mark.length)}${mark}` : l))
      .join('\n');
  test.each(['...', '…', '>'])(
    'with %s: the header is told by how it begins, rows without their end are not made up',
    (mark) => {
      const r = doc(cut(mark));
      expect(r.victim).toEqual({ pid: 720, comm: 'worker-b' });
      expect(r.agrees).toBeNull();
      expect(r.tasks.every((t) => /^[\w (]/.test(t.name) && !t.name.includes(mark))).toBe(true);
      expect(r.complete).toBe(false);
    },
  );
});

test('flags that a mail program broke in the middle are whole', () => {
  const broken = MODERN.replace('GFP_HIGHUSER_MOVABLE|__GFP_COMP', 'GFP_HIGHUSER_MO\nVABLE|__GFP_COMP');
  expect(doc(broken).gfp?.flags).toEqual(['GFP_HIGHUSER_MOVABLE', '__GFP_COMP', '__GFP_ZERO']);
});

test.each(['(...snipped...)', '......', '[...]', '..... (call trace)', '--- snip ---', '<cut>'])(
  '%s says that lines were taken out',
  (mark) => {
    const r = doc(OLD.replace(/^Pid: /m, `${mark}\nPid: `));
    expect(r.warningCodes).toContain('cut');
    expect(detailsOf(r).join(' ')).toContain('cruncher');
  },
);

describe('lines that a log shipper repeated', () => {
  const stamped = MODERN.trimEnd()
    .split('\n')
    .map((l, i) => `[  100.${String(i).padStart(6, '0')}] ${l}`);
  const once = doc(stamped.join('\n'));
  test.each(stamped.map((l, i) => [l.slice(15, 60), i] as const))('%s', (_, i) => {
    const { reports } = explainDocument(explainText([...stamped.slice(0, i + 1), ...stamped.slice(i)].join('\n')));
    expect(reports).toHaveLength(1);
    const [r] = reports;
    expect([r.tasks.length, r.zones.length, r.memory, r.savedBy, r.agrees]).toEqual([
      once.tasks.length,
      once.zones.length,
      once.memory,
      once.savedBy,
      true,
    ]);
  });
});

describe('lines that are lost', () => {
  const without = (pattern: RegExp): string =>
    MODERN.split('\n')
      .filter((l) => !pattern.test(l))
      .join('\n');
  test('what is reserved: a zone above its min is not said to have granted the request', () => {
    const r = doc(without(/^lowmem_reserve/).replace('free:10800kB boost', 'free:30800kB boost'));
    expect(r.zones[0]).toMatchObject({ code: 'unknown', reserveKnown: false });
    expect(
      doc(without(/^lowmem_reserve/))
        .why.map((x) => x.text)
        .join(' '),
    ).not.toContain('reserved for lower');
  });
  test('what RAM is reserved: the zones say how much is managed', () => {
    expect(doc(without(/pages reserved/))).toMatchObject({ ramPages: 250_000, totalExact: false });
    const small = without(/pages reserved/).replace('managed:1000000kB', 'managed:100000kB');
    expect(doc(small)).toMatchObject({ ramPages: 262_144, totalExact: false });
  });
  test('the zones that the request can use: they are not said not to exist', () => {
    const dma = 'Node 0 Movable free:900kB min:8kB low:10kB high:12kB present:4000kB managed:4000kB';
    const text = without(/^Node 0 DMA32/)
      .replace('lowmem_reserve', `${dma}\nlowmem_reserve`)
      .replace('0x140dca(GFP_HIGHUSER_MOVABLE|', '0xcc0(GFP_KERNEL|');
    expect(doc(text).why.map((x) => x.code)).not.toContain('no-usable-zone');
  });
});

test('a Mem-Info block below a kill belongs to the next report', () => {
  const kill =
    'Out of memory (oom_kill_allocating_task): Kill process 31 (early) score 0 or sacrifice child\nKilled process 31 (early) total-vm:900kB, anon-rss:40kB, file-rss:8kB\n';
  const { reports } = explainDocument(explainText(kill + MODERN.slice(MODERN.indexOf('Mem-Info'))));
  expect(reports.at(-1)).toMatchObject({ victim: { pid: 720 }, agrees: true });
});

test('summary and kill in the wrong order are one decision', () => {
  const [before, after] = MODERN.split('oom-kill:');
  const [summary, kill, ...rest] = after.split('\n');
  const turned = `${before}${kill}\noom-kill:${summary}\n${rest.join('\n')}`.replace(
    'CONSTRAINT_NONE',
    'CONSTRAINT_CPUSET',
  );
  expect(explainDocument(explainText(turned)).reports).toHaveLength(1);
  expect(doc(turned).constraint).toBe('CONSTRAINT_CPUSET');
});

test('characters that a web page writes as numbers', () => {
  const page = MODERN.replaceAll('(', '&#40;').replaceAll(')', '&#x29;').replaceAll('|', '&#124;');
  expect(doc(page).gfp?.flags).toEqual(['GFP_HIGHUSER_MOVABLE', '__GFP_COMP', '__GFP_ZERO']);
  expect(doc(page).victim).toEqual({ pid: 720, comm: 'worker-b' });
});

test('more of a limit changes the choice by what uid 0 is spared where no oom_score_adj is set', () => {
  // 19 995 pages, less 30 of 1000 parts: 751 per mille. With a limit high enough both have one point, and the first dies.
  const rows =
    '[   41]     0    41     9000     1000      10        0             0 waiter\n[   40]     0    40    30000    19950      45        0             0 cook\n';
  const text = box(751)
    .replace('4.9.300-test', '3.7.9-test')
    .replace('nr_ptes nr_pmds', 'nr_ptes')
    .replace(/\[ {3}40\][\s\S]*waiter\n/, rows);
  const r = doc(text);
  expect(r).toMatchObject({ agrees: true, totalExact: true, more: { changesAt: { dies: { pid: 41 } } } });
  expect(explainReadable(explainText(text))).toContain('since what uid 0 is spared counts in parts of the total');
});
