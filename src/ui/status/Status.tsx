import { t } from '../../i18n';
import { useShown } from '../../store';

/** Beside the clock: why the machine does not go on. */
export function Status() {
  const status = useShown((f) => f.status, 'paused');
  if (status === 'panic') return <span className="st dead">✕ {t('status.panic')}</span>;
  if (status === 'livelock') return <span className="st stalled">{t('status.livelock')}</span>;
  return null;
}
