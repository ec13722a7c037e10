import { Menu, MenuItem } from 'react-aria-components';
import { t } from '../../i18n';
import { setTheme, THEME_CHOICES, useSettings } from '../../store';

/** Themes to choose from. */
export function ThemeMenu({ close }: { close: () => void }) {
  const choice = useSettings((s) => s.themeChoice);
  return (
    <Menu
      className="menu"
      aria-label={t('nav.theme', { name: t(`theme.${choice}`) })}
      autoFocus="first"
      onClose={close}
      selectionMode="single"
      selectedKeys={[choice]}
      onAction={(key) => {
        const chosen = THEME_CHOICES.find((it) => it === key);
        if (chosen) setTheme(chosen);
      }}
    >
      {THEME_CHOICES.map((it) => (
        <MenuItem key={it} id={it} className="menu-item" textValue={t(`theme.${it}`)}>
          <span className="name">{t(`theme.${it}`)}</span>
        </MenuItem>
      ))}
    </Menu>
  );
}
