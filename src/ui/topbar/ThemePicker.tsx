import { t } from '../../i18n';
import { useSettings } from '../../store';
import { Icon } from '../controls/Icons';
import { Pop } from '../controls/Pop';
import { part } from '../controls/part';

const ThemeMenu = part(() => import('./ThemeMenu').then((m) => m.ThemeMenu));

/** The button of the menu of themes. */
export function ThemePicker({ className = 'btn ic' }: { className?: string }) {
  const { theme, choice } = useSettings((s) => ({ theme: s.theme, choice: s.themeChoice }));
  return (
    <Pop
      kind="menu"
      className={className}
      label={t('nav.theme', { name: t(`theme.${choice}`) })}
      placement="bottom end"
      body={(close) => <ThemeMenu close={close} />}
    >
      <Icon name={theme === 'dark' ? 'moon' : 'sun'} />
    </Pop>
  );
}
