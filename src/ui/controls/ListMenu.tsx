import { Menu, MenuItem } from 'react-aria-components';

interface Props {
  label: string;
  /** `note` stands at the end of the line, `point` under it. */
  items: readonly { id: string; text: string; note?: string; point?: string }[];
  onChoose: (id: string) => void;
  close: () => void;
}

/** A plain list to choose one thing from. */
export function ListMenu({ label, items, onChoose, close }: Props) {
  return (
    <Menu
      className="menu"
      aria-label={label}
      autoFocus="first"
      onClose={close}
      onAction={(key) => onChoose(String(key))}
    >
      {items.map(({ id, text, note, point }) => (
        <MenuItem key={id} id={id} className="menu-item" textValue={text}>
          <span className={point ? 'mono' : undefined}>{text}</span>
          {note && <span className="val">{note}</span>}
          {point && <span className="point">{point}</span>}
        </MenuItem>
      ))}
    </Menu>
  );
}
