import { describe, expect, test } from 'vitest';
import { chosenWith, victimStrip } from '../../../src/linux/mm/oom_kill';
import { turningPoint } from '../../../src/ui/inspector/Counterfactual';
import { explainReport, pieces } from '../../../src/ui/inspector/dmesg';
import { headline, reasons } from '../../../src/ui/inspector/headline';
import { stageAt, stagesOf } from '../../../src/ui/inspector/Stages';
import { nameIn, ranked, walkRows } from '../../../src/ui/inspector/walk';
import { aboutOf, taskOfLine } from '../../../src/ui/log/about';
import { firstKill } from './kill';

const kill = firstKill('crazy-allocator');
const { record } = kill;

describe('the walk', () => {
  test('ends with the process that the kernel chose, and says of each task why it is not the one', () => {
    const rows = walkRows(record);
    expect(rows.at(-1)?.best?.pid).toBe(record.chosen);
    for (const row of rows) {
      if (row.task.skip !== '') expect(row.outcome.kind).toBe('skipped');
      else if (row.outcome.kind === 'lower') expect(row.outcome.than.points).toBeGreaterThan(row.task.points);
      else if (row.outcome.kind === 'best' && row.outcome.before)
        expect(row.task.points).toBeGreaterThanOrEqual(row.outcome.before.points);
    }
  });

  test('shows kernel threads that follow each other as one', () => {
    const rows = walkRows(record);
    const threads = record.walk.filter((c) => c.skip === 'kthread').length;
    expect(threads).toBeGreaterThan(1);
    const shown = rows.filter((r) => r.task.skip === 'kthread');
    expect(shown.reduce((n, r) => n + 1 + r.more, 0)).toBe(threads);
    expect(shown.length).toBeLessThan(threads);
  });

  test('gives a tie to the later task', () => {
    const [first] = ranked(record);
    const twin = { ...first, pid: 9999, comm: 'twin' };
    const tie = walkRows({ ...record, walk: [...record.walk, twin] }).at(-1);
    expect(tie?.outcome).toMatchObject({ kind: 'best', tie: true });
    expect(tie?.best?.pid).toBe(9999);
  });
});

describe('another oom_score_adj', () => {
  test('gives the victim that the record has where it is the one it was', () => {
    for (const c of record.walk.filter((it) => it.skip === '')) {
      expect(chosenWith(record, c.pid, c.oomScoreAdj)).toBe(record.chosen);
    }
  });

  test('turns at a single value, where the points cross', () => {
    const strip = victimStrip(record, record.chosen);
    expect(strip[0].from).toBe(-1000);
    expect(strip.at(-1)?.to).toBe(1000);
    expect(strip.at(-1)?.dies).toBe(record.chosen);
    const at = turningPoint(strip, record.chosen, record.chosen, 0);
    if (at === null) throw new Error('nothing saves it');
    expect(chosenWith(record, record.chosen, at)).not.toBe(record.chosen);
    expect(chosenWith(record, record.chosen, at + 1)).toBe(record.chosen);
    const second = ranked(record)[1];
    const dies = turningPoint(victimStrip(record, second.pid), record.chosen, second.pid, second.oomScoreAdj);
    if (dies === null) throw new Error('never');
    expect(chosenWith(record, second.pid, dies)).toBe(second.pid);
    expect(chosenWith(record, second.pid, dies - 1)).toBe(record.chosen);
  });

  test('of -1000 leaves nobody where there was no other', () => {
    const alone = { ...record, walk: record.walk.filter((c) => c.skip !== '' || c.pid === record.chosen) };
    expect(chosenWith(alone, record.chosen, -1000)).toBe(-1);
    const sshd = record.walk.find((c) => c.skip === 'oom_score_adj');
    // What only its adj kept out competes with another one.
    expect(chosenWith(alone, sshd?.pid ?? 0, 1000)).toBe(sshd?.pid);
  });
});

describe('the report, line by line', () => {
  const items = explainReport(kill);

  test('has no line that is not explained, and none is lost', () => {
    expect(items.filter((i) => i.key.startsWith('other'))).toEqual([]);
    expect(items.flatMap((i) => i.lines)).toEqual(kill.lines.map((l) => l.text));
  });

  test('says the same numbers as the model', () => {
    const figures = items.flatMap((i) => i.figures);
    expect(figures.length).toBeGreaterThan(60);
    expect(figures.filter((f) => !f.same)).toEqual([]);
    const names = new Set(figures.map((f) => f.name));
    for (const name of [
      'free',
      'min',
      'lowmem_reserve',
      'managed',
      'Free swap',
      'pages RAM',
      'postgres rss',
      'anon-rss',
    ])
      expect(names).toContain(name);
  });

  test('finds a number that differs', () => {
    const other = structuredClone(kill);
    if (other.record.zones) other.record.zones[0].free += 1;
    const wrong = explainReport(other)
      .flatMap((i) => i.figures)
      .filter((f) => !f.same);
    expect(wrong.map((f) => f.name)).toContain('free');
  });

  test('explains every flag of the request', () => {
    const asked = items.find((i) => i.key.startsWith('invoked'));
    expect(asked?.flags.map(([name]) => name)).toEqual(['GFP_HIGHUSER_MOVABLE', '__GFP_COMP', '__GFP_ZERO']);
    expect(asked?.sentence).toMatch(/wanted one page/);
  });

  test('knows which lines are about a process', () => {
    const about = kill.lines.map((l) => taskOfLine(l.text)).filter((pid) => pid !== null);
    expect(about).toContain(record.chosen);
    expect(taskOfLine('Mem-Info:')).toBeNull();
    const kinds = kill.lines.map((l) => aboutOf(l.text).kind);
    for (const kind of ['free', 'swap', 'slab']) expect(kinds).toContain(kind);
    expect(pieces('a b c', /b/g)).toEqual([
      { text: 'a ', bold: false },
      { text: 'b', bold: true },
      { text: ' c', bold: false },
    ]);
  });
});

describe('the kill in words', () => {
  test('names who died for whom, and by how much', () => {
    expect(headline(kill)).toBe('oom_killer_try asks for one page and is killed itself');
    expect(headline({ ...kill, record: { ...record, invokerComm: 'postgres', invoker: 201 } })).toBe(
      'oom_killer_try is killed so that postgres can have one page',
    );
    expect(headline({ ...kill, record: { ...record, invoker: 999 } })).toBe(
      `oom_killer_try (${record.chosen}) is killed so that oom_killer_try (999) can have one page`,
    );
    expect(headline({ ...kill, record: { ...record, order: -1 } })).toMatch(/SysRq-f/);
    expect(headline({ ...kill, record: { ...record, chosen: -1 } })).toMatch(/Nobody/);
    const { why, most, rest } = reasons(kill);
    expect(why).toMatch(/there is no swap/);
    expect(most?.[1]).toBe(record.chosenPoints.toLocaleString('en-US'));
    expect(rest).toContain(ranked(record)[1].comm);
  });

  test('tells tasks of one name apart by their numbers', () => {
    const [first, second] = ranked(record);
    const twins = record.walk.map((c) => (c.pid === second.pid ? { ...c, comm: first.comm } : c));
    expect(nameIn(record, second.pid)).toBe(second.comm);
    expect(nameIn({ ...record, walk: twins }, second.pid)).toBe(`${first.comm} (${second.pid})`);
    expect(reasons({ ...kill, record: { ...record, walk: twins } }).rest).toContain(`${first.comm} (${second.pid})`);
  });

  test('tells a kill for lru_gen/min_ttl_ms from one for a request', () => {
    const kswapd = record.walk.find((c) => c.comm === 'kswapd0');
    const young = {
      ...kill,
      record: { ...record, invoker: kswapd?.pid ?? 0, invokerComm: 'kswapd0', noProgressLoops: 0 },
    };
    expect(headline(young)).toBe('oom_killer_try is killed so that the others keep their working set');
    expect(reasons(young).why).toMatch(/older than lru_gen\/min_ttl_ms\.$/);
    expect(explainReport(young)[0].sentence).toMatch(/Nobody wanted a page: kswapd0/);
    expect(stagesOf(young).map((s) => s.id)).not.toContain('retry');
  });

  test('has stages in the order of time, and the head is at one of them', () => {
    const stages = stagesOf(kill);
    expect(stages.map((s) => s.id)).toEqual(['oom', 'select', 'kill', 'reaper']);
    const asked = { ...kill, record: { ...record, invoker: 201 }, retry: { t: kill.exitedAt + 1, page: true } };
    expect(stagesOf(asked).at(-1)).toMatchObject({ id: 'retry', sub: 'gets its page, goes on' });
    expect(stageAt(stages, 0)).toBe(-1);
    expect(stages[stageAt(stages, kill.before)].id).toBe('oom');
    expect(stages[stageAt(stages, kill.decided)].id).toBe('kill');
    expect(stages[stageAt(stages, kill.exitedAt)].id).toBe('reaper');
    expect(stagesOf({ ...kill, exitedAt: -1 }).find((s) => s.id === 'reaper')?.t).toBe(-1);
  });
});

describe('a kill by rules under which a child dies for its parent', () => {
  const old = firstKill('another-year');
  const name = (pid: number | undefined) => old.record.walk.find((c) => c.pid === pid)?.comm;

  test('names the child that died, and the parent that was chosen', () => {
    expect([name(old.record.chosen), name(old.record.sacrificed)]).toEqual(['builder', 'helper']);
    expect(headline(old)).toMatch(/^helper is killed so that builder can have /);
    const { most, rest } = reasons(old);
    expect(`${most?.join('')}${rest}`).toMatch(
      /is chosen, with [\d,]+: builder\. Its child helper dies in its stead\.$/,
    );
    expect(stagesOf(old).find((s) => s.id === 'kill')?.sub).toBe(`helper ${old.record.sacrificed}`);
  });

  test('follows the child until it is gone, and the request that it died for', () => {
    expect(old.exitedAt).toBeGreaterThan(old.record.t);
    expect(old.after.rss.at(-1)).toBe(0);
    expect(stagesOf(old).map((s) => s.id)).toContain('retry');
    const before = stagesOf({ ...old, exitedAt: -1, reapedAt: -1 }).find((s) => s.id === 'reaper');
    expect(before?.sub).toBe('comes at once');
  });

  test('has lines that say so, and none that speaks of a group', () => {
    const items = explainReport(old);
    const said = (id: string) => items.find((i) => i.key.startsWith(id))?.sentence;
    expect(said('invoked')).toMatch(/it is not the one that dies/);
    expect(said('choice')).toMatch(/the child dies in its stead/);
    expect(said('killed')).toMatch(/^The victim: helper,/);
  });

  test.each(['5.4', '4.19', '4.14', '3.10', '3.0', '2.6.24'])(
    'by the rules of %s leaves no line unexplained',
    (rules) => {
      const items = explainReport(firstKill('another-year', rules));
      expect(items.filter((i) => i.key.startsWith('other')).map((i) => i.lines)).toEqual([]);
      expect(items.flatMap((i) => i.figures).filter((f) => !f.same)).toEqual([]);
      // The oldest say no more of the victim than its name.
      const killed = items.find((i) => i.key.startsWith('killed'))?.sentence;
      expect(killed).toMatch(rules === '2.6.24' ? /^The victim: reserves\.$/ : /^The victim: \w+, with \d/);
    },
  );
});
