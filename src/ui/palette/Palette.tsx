import {
  Autocomplete,
  Dialog,
  Header,
  Heading,
  Input,
  Menu,
  MenuItem,
  MenuSection,
  Modal,
  ModalOverlay,
  SearchField,
  useFilter,
} from 'react-aria-components';
import { ACTIONS, type Action } from '../../actions/registry';
import { listScenarios, openScenario } from '../../actions/scenarios';
import { t } from '../../i18n';
import { runStore, selectPid, setLogTab, setPaletteOpen, setPhoneTab, setSideTab } from '../../store';
import { int } from '../format';
import { keyText } from '../status/keyText';
import './palette.css';

/** Opens what /proc says about a process. */
function showProcess(pid: number): void {
  selectPid(pid);
  setLogTab('proc');
  setSideTab('log');
  setPhoneTab('log');
}

/** One field that finds every action, every built-in machine and every process. */
export default function Palette() {
  const { contains } = useFilter({ sensitivity: 'base' });
  const listed: readonly Action[] = ACTIONS;
  const procs = (runStore.getState().frame?.procs ?? []).filter((p) => p.state !== 'killed' && p.state !== 'exited');
  const words = (text: string, query: string) => query.split(/\s+/).every((word) => contains(text, word));
  function choose(id: string) {
    setPaletteOpen(false);
    const [kind, what] = [id.slice(0, id.indexOf(':')), id.slice(id.indexOf(':') + 1)];
    if (kind === 'machine') void openScenario(what);
    else if (kind === 'pid') showProcess(Number(what));
    // The palette gives the focus back first: what opens takes it from there.
    else setTimeout(() => listed.find((action) => action.id === what)?.run(), 0);
  }
  return (
    <ModalOverlay className="modal-overlay palette-overlay" isOpen onOpenChange={setPaletteOpen} isDismissable>
      <Modal className="modal palette">
        <Dialog>
          <Heading slot="title" level={2} className="vh">
            {t('palette.title')}
          </Heading>
          <Autocomplete filter={words}>
            <SearchField autoFocus aria-label={t('palette.search')} className="palette-search">
              <Input placeholder={t('palette.search')} className="field" />
            </SearchField>
            <Menu
              className="menu palette-list"
              aria-label={t('palette.title')}
              onAction={(key) => choose(String(key))}
              renderEmptyState={() => <p className="sub palette-none">{t('palette.nothing', { query: '…' })}</p>}
            >
              <MenuSection>
                <Header>{t('palette.actions')}</Header>
                {listed
                  .filter(({ id }) => id !== 'palette')
                  .map((action) => (
                    <MenuItem
                      key={action.id}
                      id={`action:${action.id}`}
                      className="menu-item"
                      textValue={t(action.label)}
                    >
                      <span>{t(action.label)}</span>
                      <span className="val">{keyText(action)}</span>
                    </MenuItem>
                  ))}
              </MenuSection>
              <MenuSection>
                <Header>{t('palette.machines')}</Header>
                {listScenarios().map(({ id, title, point }) => (
                  <MenuItem key={id} id={`machine:${id}`} className="menu-item" textValue={`${title} ${point}`}>
                    <span>{title}</span>
                  </MenuItem>
                ))}
              </MenuSection>
              <MenuSection>
                <Header>{t('palette.processes')}</Header>
                {procs.map(({ pid, comm, points }) => {
                  const text = t('palette.process', { name: comm, pid: String(pid), points: int(points ?? 0) });
                  return (
                    <MenuItem key={pid} id={`pid:${pid}`} className="menu-item" textValue={text}>
                      <span>{text}</span>
                    </MenuItem>
                  );
                })}
              </MenuSection>
            </Menu>
          </Autocomplete>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
