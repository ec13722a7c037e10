import { Menu, MenuItem } from 'react-aria-components';
import { dropBranch } from '../../actions/lab';
import { t } from '../../i18n';
import { useRun } from '../../store';
import { useNames } from './names';
import { futureWords } from './words';

/** The futures that are not open, to be forgotten. */
export function ForgetList({ close }: { close: () => void }) {
  const { branches, branch } = useRun((s) => ({ branches: s.branches, branch: s.branch }));
  const nameOf = useNames();
  return (
    <Menu
      className="menu"
      aria-label={t('future.forget')}
      autoFocus="first"
      onClose={close}
      onAction={(key) => void dropBranch(Number(key))}
    >
      {branches.map((b, i) =>
        b.id === branch ? null : (
          <MenuItem key={b.id} id={b.id} className="menu-item" textValue={futureWords(b, nameOf)}>
            <span>{`${i + 1}/${branches.length} ${futureWords(b, nameOf)}`}</span>
          </MenuItem>
        ),
      )}
    </Menu>
  );
}
