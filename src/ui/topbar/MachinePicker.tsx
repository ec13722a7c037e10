import { useRef } from 'react';
import { openChosen } from '../../actions/drop';
import { t } from '../../i18n';
import { useRun, useShown } from '../../store';
import { Pop } from '../controls/Pop';
import { part } from '../controls/part';
import { int, nominal, PAGE_BYTES } from '../format';

const MachineMenu = part(() => import('./MachineMenu').then((m) => m.MachineMenu));

/** The open machine, and a menu of others. */
export function MachinePicker() {
  const file = useRef<HTMLInputElement>(null);
  const open = useRun((s) => s.scenario);
  const machine = useShown((f) => f.machine, null);
  const title = machine?.title ?? t('machine.none');
  const facts = machine
    ? t('machine.facts', {
        ram: nominal(machine.ram),
        swap:
          machine.swapTotal > 0
            ? t('machine.swap', { size: nominal(machine.swapTotal * PAGE_BYTES) })
            : t('machine.noSwap'),
        cpus: machine.cpus,
      }) + (machine.nodes > 1 ? t('machine.nodes', { n: machine.nodes }) : '')
    : ' ';
  const exact = machine
    ? t('machine.pages', { present: int(machine.present), managed: int(machine.managed), swap: int(machine.swapTotal) })
    : undefined;
  return (
    <>
      <Pop
        kind="menu"
        className="btn picker"
        placement="bottom start"
        body={(close) => <MachineMenu open={open} close={close} chooseFile={() => file.current?.click()} />}
      >
        <span className="picker-title">
          <span className="vh">{t('machine.pick')} </span>
          {title}{' '}
          <span className="mut" aria-hidden="true">
            ▾
          </span>
        </span>
        <small title={exact}>{facts}</small>
      </Pop>
      <input
        ref={file}
        type="file"
        accept=".json,application/json"
        hidden
        aria-label={t('machine.openFile')}
        onChange={(e) => {
          const [chosen] = e.currentTarget.files ?? [];
          e.currentTarget.value = '';
          if (chosen) void openChosen(chosen);
        }}
      />
    </>
  );
}
