import { t } from '../../i18n';
import { useNotices, useRun } from '../../store';
import { Message } from './Message';

/** Messages over the page: refusals, news, and the death of the worker, which stays. Those of a moment are `News`. */
export function Notices() {
  const notices = useNotices().filter(({ at }) => at === undefined);
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
      {notices.map((notice) => (
        <Message key={notice.id} {...notice} role={notice.problem ? 'alert' : 'status'} />
      ))}
    </section>
  );
}
