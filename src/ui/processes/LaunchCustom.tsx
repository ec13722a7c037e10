import { useId, useState } from 'react';
import { Button, Dialog } from 'react-aria-components';
import { attempt } from '../../actions/lab';
import { t, tMaybe } from '../../i18n';
import { runStore, useShown } from '../../store';
import { PROGRAMS } from '../../userspace/palette';
import type { Facts, ParamSpec } from '../../userspace/program';
import type { CgroupFrame } from '../../worker/protocol';

const PAGES_PER_MIB = 256;
const NO_GROUPS: CgroupFrame[] = [];

/** A program with parameters of one's own. */
export function LaunchCustom({ close }: { close: () => void }) {
  return (
    <Dialog className="launch-custom" aria-label={t('launch.custom')}>
      <Form close={close} />
    </Dialog>
  );
}

/** The machine as the programs' defaults see it. */
function facts(): Facts {
  const machine = runStore.getState().frame?.machine;
  return { ramPages: machine?.present ?? 0, swapPages: machine?.swapTotal ?? 0, cpus: machine?.cpus ?? 1 };
}

/** The default as it stands in the field: sizes in MiB. */
function initial(spec: ParamSpec, machine: Facts): string {
  const value = spec.initial(machine);
  return spec.unit === 'size' ? String(Math.max(1, Math.round(value / PAGES_PER_MIB))) : String(value);
}

function Form({ close }: { close: () => void }) {
  const id = useId();
  const [programId, setProgramId] = useState(PROGRAMS[0].id);
  const [typed, setTyped] = useState<Record<string, string>>({});
  const [error, setError] = useState('');
  const [group, setGroup] = useState('/');
  const groups = useShown((f) => f.cgroups, NO_GROUPS).filter((g) => g.leaf);
  const program = PROGRAMS.find((p) => p.id === programId) ?? PROGRAMS[0];
  const machine = facts();

  async function launch() {
    const params: Record<string, string | number> = {};
    for (const { id: name, unit } of program.params) {
      if (typed[name] === undefined) continue;
      const text = typed[name].trim();
      // A number that is no number goes as it is: the refusal quotes it.
      const value = text === '' || Number.isNaN(Number(text)) ? text : Number(text);
      params[name] = unit === 'size' && typeof value === 'number' ? `${value}MiB` : value;
    }
    const problem = await attempt({
      op: 'launch',
      program: program.id,
      params,
      ...(group !== '/' && { cgroup: group }),
    });
    if (problem === '') close();
    else setError(problem);
  }

  return (
    <form
      onSubmit={(e) => {
        e.preventDefault();
        void launch();
      }}
    >
      <label htmlFor={`${id}-program`}>{t('launch.program')}</label>
      <select
        id={`${id}-program`}
        className="select"
        value={program.id}
        onChange={(e) => {
          setProgramId(e.currentTarget.value);
          setTyped({});
          setError('');
        }}
      >
        {PROGRAMS.map((p) => (
          <option key={p.id} value={p.id}>
            {tMaybe(`program.${p.id}`) ?? p.id}
          </option>
        ))}
      </select>
      {program.params.map((spec) => {
        const name = tMaybe(`param.${spec.id}`) ?? spec.id;
        const unit = tMaybe(`unit.${spec.unit}`);
        if (spec.unit === 'flag') {
          const on = typed[spec.id] ?? initial(spec, machine);
          return (
            <label key={spec.id} className="launch-flag">
              <input
                type="checkbox"
                checked={on === '1'}
                onChange={(e) => setTyped({ ...typed, [spec.id]: e.currentTarget.checked ? '1' : '0' })}
              />
              {name}
            </label>
          );
        }
        return (
          <div key={spec.id} className="launch-param">
            <label htmlFor={`${id}-${spec.id}`}>{unit ? `${name}, ${unit}` : name}</label>
            <input
              id={`${id}-${spec.id}`}
              className="field"
              inputMode="numeric"
              autoComplete="off"
              value={typed[spec.id] ?? initial(spec, machine)}
              onChange={(e) => setTyped({ ...typed, [spec.id]: e.currentTarget.value })}
            />
          </div>
        );
      })}
      {groups.length > 0 && (
        <div className="launch-param">
          <label htmlFor={`${id}-group`}>{t('launch.group')}</label>
          <select id={`${id}-group`} className="select" value={group} onChange={(e) => setGroup(e.currentTarget.value)}>
            <option>/</option>
            {groups.map(({ path }) => (
              <option key={path}>{path}</option>
            ))}
          </select>
        </div>
      )}
      {error && (
        <p className="error" role="alert">
          {error}
        </p>
      )}
      <Button className="btn solid" type="submit">
        {t('launch.go')}
      </Button>
    </form>
  );
}
