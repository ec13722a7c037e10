import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { FIRST_LOAD_LIMIT, firstLoad, total } from '../../scripts/lib/firstLoad.mjs';
import { DIST } from '../../scripts/lib/site.mjs';

describe('the first load', () => {
  const { page, worker } = firstLoad(DIST);
  const code = (name: string) => readFileSync(path.join(DIST, 'assets', name), 'utf8');

  it('stays within its limit', () => {
    expect(total(page)).toBeGreaterThan(50_000);
    expect(total(page), page.map(({ name, bytes }) => `${name} ${bytes}`).join('\n')).toBeLessThanOrEqual(
      FIRST_LOAD_LIMIT,
    );
  });
  it('has one worker, and the kernel is in it and not in the page', () => {
    expect(worker).toHaveLength(1);
    expect(code(worker[0].name)).toContain('watermark_scale_factor');
    for (const { name } of page) expect(code(name), name).not.toContain('lowmem_reserve_ratio');
  });
  it('leaves menus, dialogs, the other views and the schema of files for later', () => {
    const first = new Set(page.map(({ name }) => name));
    const later = readdirSync(path.join(DIST, 'assets')).filter((name) => name.endsWith('.js') && !first.has(name));
    for (const part of ['PopOver', 'LandmarkMenu', 'Help', 'PageMap', 'LruLists', 'PostMortem', 'codec']) {
      expect(
        later.some((name) => name.startsWith(`${part}-`)),
        part,
      ).toBe(true);
    }
  });
});
