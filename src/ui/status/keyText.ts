import type { Action } from '../../actions/registry';
import { t } from '../../i18n';

/** How an action's key is written: "Space", "Ctrl+Shift+Z"; '' when it has none. */
export function keyText({ key, keyLabel, mod }: Pick<Action, 'key' | 'keyLabel' | 'mod'>): string {
  if (key === '') return '';
  if (mod === undefined) return keyLabel ? t(keyLabel) : key;
  return t(mod === 'ctrl' ? 'keys.ctrl' : 'keys.ctrlShift', { key: key.toUpperCase() });
}
