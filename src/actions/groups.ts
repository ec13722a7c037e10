/** What can be done to control groups. Each returns the sentence of the refusal, '' = it was done. */
import { refusalText } from '../i18n/errors';
import { CGROUP_PATH } from '../machine/commands';
import { cgroupText } from '../machine/units';
import { selectGroup, setPhoneTab, setView } from '../store';
import { attempt } from './lab';

/** Shows a group in the view of control groups; null = the view alone. */
export function showGroup(path: string | null): void {
  if (path !== null) selectGroup(path);
  setView('groups');
  setPhoneTab('memory');
}

export async function createGroup(path: string): Promise<string> {
  if (!CGROUP_PATH.test(path)) return refusalText({ code: 'bad-cgroup-path', params: { path } });
  const problem = await attempt({ op: 'cgroup_create', path });
  if (problem === '') selectGroup(path);
  return problem;
}

export const removeGroup = (path: string): Promise<string> => attempt({ op: 'cgroup_remove', path });

/** Writes to one of a group's memory.* files: "max", "64M", "64 MiB" or bytes. */
export async function writeGroup(path: string, file: string, text: string): Promise<string> {
  const value = text.trim();
  if (cgroupText(value) === null) return refusalText({ code: 'bad-cgroup-value', params: { path, file, value } });
  return attempt({ op: 'cgroup_write', path, file, value });
}

export const moveProcess = (pid: number, path: string): Promise<string> => attempt({ op: 'cgroup_attach', pid, path });
