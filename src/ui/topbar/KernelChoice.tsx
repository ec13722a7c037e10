import { useId } from 'react';
import { command } from '../../actions/lab';
import { changeKernel } from '../../actions/scenarios';
import { type Key, t } from '../../i18n';
import { OOM_RULE_NAMES } from '../../linux/versions/oom_rules';
import { KERNELS, type KernelName } from '../../machine/config';
import { useShown } from '../../store';

/** Which release manages the memory, and by the rules of which year the OOM killer chooses. */
export function KernelChoice() {
  const id = useId();
  const kernel = useShown((f) => f.machine.kernel, '');
  const rules = useShown((f) => f.machine.oomRules, 'kernel');
  return (
    <>
      <div className="knob choice">
        <label htmlFor={`${id}-kernel`}>{t('kernel.release')}</label>
        <select
          id={`${id}-kernel`}
          className="select"
          value={kernel}
          aria-describedby={`${id}-kernel-what`}
          onChange={(e) => void changeKernel(e.currentTarget.value as KernelName)}
        >
          {KERNELS.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
        <p id={`${id}-kernel-what`} className="mut">
          {t('kernel.release.what')}
        </p>
      </div>
      <div className="knob choice">
        <label htmlFor={`${id}-rules`}>{t('rules.label')}</label>
        <select
          id={`${id}-rules`}
          className="select"
          value={rules}
          aria-describedby={`${id}-rules-what`}
          onChange={(e) => void command({ op: 'oom_rules', name: e.currentTarget.value })}
        >
          {OOM_RULE_NAMES.map((name) => (
            <option key={name} value={name}>
              {t(`rules.${name}` as Key)}
            </option>
          ))}
        </select>
        <p id={`${id}-rules-what`} className="mut">
          {t(`rules.${rules}.what` as Key)}
        </p>
      </div>
    </>
  );
}
