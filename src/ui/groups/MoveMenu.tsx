import { Menu, MenuItem } from 'react-aria-components';

interface Props {
  label: string;
  items: readonly { id: string; text: string; note: string }[];
  onChoose: (id: string) => void;
  close: () => void;
}

/** A list to choose a process or a group from. */
export function MoveMenu({ label, items, onChoose, close }: Props) {
  return (
    <Menu
      className="menu"
      aria-label={label}
      autoFocus="first"
      onClose={close}
      onAction={(key) => onChoose(String(key))}
    >
      {items.map(({ id, text, note }) => (
        <MenuItem key={id} id={id} className="menu-item" textValue={text}>
          <span>{text}</span>
          <span className="val">{note}</span>
        </MenuItem>
      ))}
    </Menu>
  );
}
