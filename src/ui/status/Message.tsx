import { Button } from 'react-aria-components';
import { t } from '../../i18n';
import { dismiss, holdNotice, type Notice } from '../../store';
import { IconButton } from '../controls/IconButton';

interface Props extends Notice {
  /** How it is said aloud, if it is not said already. */
  role?: 'alert' | 'status';
}

/** One message: it goes by itself, but not while somebody is on it. */
export function Message({ id, text, action, role }: Props) {
  return (
    <p
      className="notice"
      role={role}
      onPointerEnter={() => holdNotice(id)}
      onPointerLeave={() => holdNotice(null)}
      onFocus={() => holdNotice(id)}
      onBlur={() => holdNotice(null)}
    >
      <span>{text}</span>
      {action && (
        <Button
          className="btn small notice-action"
          onPress={() => {
            dismiss(id);
            action.run();
          }}
        >
          {action.label}
        </Button>
      )}
      <IconButton className="btn ic small" icon="cross" label={t('notice.close')} onPress={() => dismiss(id)} />
    </p>
  );
}
