/** The kernel releases the model knows. */
import type { Release } from '../include/kernel';
import { LINUX_6_1 } from './6.1';
import { LINUX_6_12 } from './6.12';

export { LINUX_6_1, LINUX_6_12 };
/** Newest first. */
export const RELEASES: readonly Release[] = [LINUX_6_12, LINUX_6_1];

/**
 * The release of this name ("6.12") or of this `uname -r` ("6.12.117+deb12-cloud-amd64").
 *
 * @throws RangeError when there is none
 */
export function findRelease(name: string): Release {
  const found = RELEASES.find((r) => r.name === name || name.startsWith(`${r.name}.`) || name.startsWith(`${r.name}-`));
  if (!found) throw new RangeError(`unknown kernel release: ${name}`);
  return found;
}
