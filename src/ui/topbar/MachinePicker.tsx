import { useRef } from 'react';
import { Button, Menu, MenuItem, MenuTrigger, Popover, Separator } from 'react-aria-components';
import { listScenarios, openFile, openScenario, saveSession } from '../../actions/scenarios';
import { t } from '../../i18n';
import { useRun, useShown } from '../../store';
import { int, nominal, PAGE_BYTES } from '../format';

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
      <MenuTrigger>
        <Button className="btn picker">
          <span className="picker-title">
            <span className="vh">{t('machine.pick')} </span>
            {title}{' '}
            <span className="mut" aria-hidden="true">
              ▾
            </span>
          </span>
          <small title={exact}>{facts}</small>
        </Button>
        <Popover className="popover" offset={4} placement="bottom start">
          <Menu
            className="menu machines"
            aria-label={t('machine.menu')}
            selectionMode="single"
            selectedKeys={open ? [open] : []}
            onAction={(key) => {
              if (key === ':file') file.current?.click();
              else if (key === ':save') void saveSession();
              else void openScenario(String(key));
            }}
          >
            {listScenarios().map(({ id, title: name, point }) => (
              <MenuItem key={id} id={id} className="menu-item" textValue={name}>
                <span className="name">{name}</span>
                <span className="point">{point}</span>
              </MenuItem>
            ))}
            <Separator className="menu-sep" />
            <MenuItem id=":file" className="menu-item" textValue={t('machine.openFile')}>
              <span className="name">{t('machine.openFile')}</span>
              <span className="point">{t('machine.openFile.point')}</span>
            </MenuItem>
            <MenuItem id=":save" className="menu-item" textValue={t('machine.save')}>
              <span className="name">{t('machine.save')}</span>
              <span className="point">{t('machine.save.point')}</span>
            </MenuItem>
          </Menu>
        </Popover>
      </MenuTrigger>
      <input
        ref={file}
        type="file"
        accept=".json,application/json"
        hidden
        aria-label={t('machine.openFile')}
        onChange={(e) => {
          const [chosen] = e.currentTarget.files ?? [];
          e.currentTarget.value = '';
          if (chosen) void chosen.text().then((text) => openFile(chosen.name, text));
        }}
      />
    </>
  );
}
