import { Menu, MenuItem, Separator } from 'react-aria-components';
import { listScenarios, openScenario, saveSession } from '../../actions/scenarios';
import { t } from '../../i18n';

interface Props {
  /** Id of the open scenario, '' = none of these. */
  open: string;
  close: () => void;
  chooseFile: () => void;
}

/** Machines to open, and files. */
export function MachineMenu({ open, close, chooseFile }: Props) {
  return (
    <Menu
      className="menu machines"
      aria-label={t('machine.menu')}
      autoFocus="first"
      onClose={close}
      selectionMode="single"
      selectedKeys={open ? [open] : []}
      onAction={(key) => {
        if (key === ':file') chooseFile();
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
  );
}
