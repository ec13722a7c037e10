import { Button } from 'react-aria-components';
import { t } from '../../i18n';
import { dismiss, holdNotice, useNotices, useRun } from '../../store';
import { IconButton } from '../controls/IconButton';

/** Messages over the page: refusals, news, and the death of the worker, which stays. */
export function Notices() {
  const notices = useNotices();
  const fatal = useRun((s) => s.fatal);
  return (
    <section className="notices" aria-label={t('notice.region')}>
      {fatal && (
        <p className="notice" role="alert">
          <span>
            <b>{t('notice.fatal', { why: fatal })}</b> {t('notice.fatalLater')}
          </span>
        </p>
      )}
      {notices.map(({ id, text, problem, action }) => (
        <p
          key={id}
          className="notice"
          role={problem ? 'alert' : 'status'}
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
      ))}
    </section>
  );
}
