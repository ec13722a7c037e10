import { Button } from 'react-aria-components';
import { command } from '../../actions/lab';
import { t, tMaybe } from '../../i18n';
import { useShown } from '../../store';
import { PROGRAMS } from '../../userspace/palette';
import { LaunchCustom } from './LaunchCustom';

/** Programs that can be started on the machine, at the head. */
export function Launch() {
  const past = useShown((f) => f.status === 'paused' && f.t < f.known, false);
  return (
    <section className="launcher" aria-label={t('launch.title')}>
      <div className="hd launch-hd">
        <h2>{t('launch.title')}</h2>
        {past && <span className="mut">{t('launch.forks')}</span>}
        <span className="grow" />
        <LaunchCustom />
      </div>
      <div className="launch">
        {PROGRAMS.map(({ id }) => (
          <Button key={id} className="btn small" onPress={() => void command({ op: 'launch', program: id })}>
            <span className="plus" aria-hidden="true">
              +
            </span>
            {tMaybe(`program.${id}`) ?? id}
          </Button>
        ))}
      </div>
    </section>
  );
}
