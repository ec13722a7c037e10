import { useId } from 'react';
import { command } from '../../actions/lab';
import { changeKernel } from '../../actions/scenarios';
import { type Key, t } from '../../i18n';
import { OOM_RULE_NAMES } from '../../linux/versions/oom_rules';
import { KERNELS } from '../../machine/config';
import { useShown } from '../../store';

/** Which release manages the memory, and by the rules of which year the OOM killer chooses. */
export function KernelChoice() {
  const kernel = useShown((f) => f.machine.kernel, '');
  const rules = useShown((f) => f.machine.oomRules, 'kernel');
  return (
    <>
      <Choice
        name={t('kernel.release')}
        what={t('kernel.release.what')}
        value={kernel}
        options={KERNELS.map((name) => [name, name])}
        onChoose={(name) => void changeKernel(name)}
      />
      <Choice
        name={t('rules.label')}
        what={t(`rules.${rules}.what` as Key)}
        value={rules}
        options={OOM_RULE_NAMES.map((name) => [name, t(`rules.${name}` as Key)])}
        onChoose={(name) => void command({ op: 'oom_rules', name })}
      />
    </>
  );
}

interface ChoiceProps<Value extends string> {
  name: string;
  /** What the present value means. */
  what: string;
  value: string;
  /** Values with their words. */
  options: readonly (readonly [Value, string])[];
  onChoose: (value: Value) => void;
}

function Choice<Value extends string>({ name, what, value, options, onChoose }: ChoiceProps<Value>) {
  const id = useId();
  return (
    <div className="knob choice">
      <label htmlFor={id}>{name}</label>
      <select
        id={id}
        className="select"
        value={value}
        aria-describedby={`${id}-what`}
        onChange={(e) => onChoose(e.currentTarget.value as Value)}
      >
        {options.map(([option, words]) => (
          <option key={option} value={option}>
            {words}
          </option>
        ))}
      </select>
      <p id={`${id}-what`} className="mut">
        {what}
      </p>
    </div>
  );
}
