import { aboutOf } from '../../actions/scenarios';
import { t } from '../../i18n';
import { useOpened, useShown } from '../../store';

/** Stands where the processes will be: what this is, what will happen on this machine, and how to make it happen. */
export function Intro() {
  const opened = useOpened();
  const title = useShown((f) => f.machine.title, '');
  return (
    <div className="intro">
      <p>{t('intro.what')}</p>
      {title !== '' && (
        <p className="sub">
          <b>{title}.</b> {opened && aboutOf(opened)}
        </p>
      )}
      <p className="mut small">{t('intro.how')}</p>
    </div>
  );
}
