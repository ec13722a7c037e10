import { Menu, MenuItem, Separator } from 'react-aria-components';
import { runAction } from '../../actions/registry';
import { listScenarios, openLeft, openScenario } from '../../actions/scenarios';
import { t } from '../../i18n';
import { useLeft } from '../../store';
import { seconds } from '../format';

const FILES = ['saveSession', 'saveScenario', 'saveSeries', 'savePictures'] as const;

interface Props {
  /** Id of the open scenario, '' = none of these. */
  open: string;
  close: () => void;
  chooseFile: () => void;
}

/** Machines to open, and files. */
export function MachineMenu({ open, close, chooseFile }: Props) {
  const left = useLeft();
  return (
    <Menu
      className="menu machines"
      aria-label={t('machine.menu')}
      autoFocus="first"
      onClose={close}
      selectionMode="single"
      selectedKeys={open ? [open] : []}
      onAction={(key) => {
        if (key === ':left') void openLeft();
        else if (key === ':file') chooseFile();
        else if (FILES.some((id) => id === key)) runAction(key as (typeof FILES)[number]);
        else void openScenario(String(key));
      }}
    >
      {left && (
        <MenuItem id=":left" className="menu-item" textValue={t('machine.back')}>
          <span className="name">{t('machine.back')}</span>
          <span className="point">{t('machine.back.point', { title: left.title, t: seconds(left.t) })}</span>
        </MenuItem>
      )}
      {left && <Separator className="menu-sep" />}
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
      <MenuItem id="saveSession" className="menu-item" textValue={t('machine.save')}>
        <span className="name">{t('machine.save')}</span>
        <span className="point">{t('machine.save.point')}</span>
      </MenuItem>
      <MenuItem id="saveScenario" className="menu-item" textValue={t('machine.saveScenario')}>
        <span className="name">{t('machine.saveScenario')}</span>
        <span className="point">{t('machine.saveScenario.point')}</span>
      </MenuItem>
      <MenuItem id="saveSeries" className="menu-item" textValue={t('machine.saveSeries')}>
        <span className="name">{t('machine.saveSeries')}</span>
        <span className="point">{t('machine.saveSeries.point')}</span>
      </MenuItem>
      <MenuItem id="savePictures" className="menu-item" textValue={t('machine.savePictures')}>
        <span className="name">{t('machine.savePictures')}</span>
        <span className="point">{t('machine.savePictures.point')}</span>
      </MenuItem>
    </Menu>
  );
}
