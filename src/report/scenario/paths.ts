/** Paths of a report's cgroups as a scenario can have them: containers' are longer than that. */
import type { RawReport } from '../types';

/** Of a name, and of a path. */
const MAX_NAME = 64;
const MAX_DEPTH = 8;
/** Levels kept of the path that is limited, the rest being for what is below. */
const MAX_LIMITED = 5;

/** Ids of containers and pods as their tools shorten them. */
const ID = /[0-9a-f]{13,}/g;

const nameOf = (name: string): string =>
  name
    .replace(/\\x2d/g, '-')
    .replace(ID, (id) => id.slice(0, 12))
    .replace(/[^A-Za-z0-9._@:-]/g, '_')
    .slice(0, MAX_NAME) || '_';

const namesOf = (path: string): string[] => path.split('/').filter((x) => x !== '');
const pathOf = (names: readonly string[]): string => `/${names.map(nameOf).join('/')}`;

export interface CgroupPaths {
  /** The one at its limit. */
  limited: string;
  /** Where the victim is. */
  victims: string;
  /** Where those are of whom the report does not say it. */
  others: string;
  /** The one that dies as a whole. */
  group: string;
}

/** A cgroup with others below it has no processes of its own: those of an unknown place get one beside the victim's. */
export function cgroupPaths(r: RawReport): CgroupPaths {
  const limit = namesOf(r.summary?.oomMemcg ?? r.cgroup?.path ?? '/group');
  const task = namesOf(r.summary?.taskMemcg ?? r.cgroup?.taskPath ?? '');
  const inside = task.length > limit.length && limit.every((x, i) => task[i] === x);
  const above = limit.length > 0 ? limit.slice(-MAX_LIMITED) : ['group'];
  const below = inside ? task.slice(limit.length).slice(-(MAX_DEPTH - MAX_LIMITED)) : [];
  const limited = pathOf(above);
  const victims = pathOf([...above, ...below]);
  const wanted = r.groupPath === null ? -1 : namesOf(r.groupPath).length;
  return {
    limited,
    victims,
    others: inside ? pathOf([...above, 'others']) : limited,
    group: wanted >= 0 && wanted <= limit.length ? limited : victims,
  };
}
