import { Button } from 'react-aria-components';
import { useStore } from 'zustand';
import { command } from '../../actions/lab';
import { t, tMaybe } from '../../i18n';
import { historyStore, useShown } from '../../store';
import { PROGRAM_IDS } from '../../userspace/ids';
import { Pop } from '../controls/Pop';
import { part } from '../controls/part';

const LaunchCustom = part(() => import('./LaunchCustom').then((m) => m.LaunchCustom));

/** Programs that can be started on the machine, at the head. */
export function Launch() {
  const past = useShown((f) => f.status === 'paused' && f.t < f.known, false);
  const head = useShown((f) => (f.status === 'paused' ? f.t : -1), -1);
  const waiting = useStore(
    historyStore,
    (s) => s.commands.filter(({ t: at, command: c }) => at === head && c.op === 'launch').length,
  );
  return (
    <section className="launcher" aria-label={t('launch.title')}>
      <div className="hd launch-hd">
        <h2>{t('launch.title')}</h2>
        <span className="mut" role="status">
          {waiting > 0 ? t('launch.waiting', { n: waiting }) : past && t('launch.forks')}
        </span>
        <span className="grow" />
        <Pop kind="dialog" className="btn small" placement="top start" body={(close) => <LaunchCustom close={close} />}>
          {t('launch.custom')}
        </Pop>
      </div>
      <div className="launch">
        {PROGRAM_IDS.map((id) => (
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
