import { Button, Group } from 'react-aria-components';
import { reset, step, stepBack, toggleRun } from '../../actions/lab';
import { t } from '../../i18n';
import { useShown } from '../../store';
import { isMoving } from '../../worker/protocol';
import { IconButton } from '../controls/IconButton';
import { Icon } from '../controls/Icons';

/** Whether the machine is on the move. */
export const useMoving = (): boolean => useShown((f) => isMoving(f.status), false);

/** Run or Pause. */
export function RunButton({ className = 'btn solid run' }: { className?: string }) {
  const moving = useMoving();
  return (
    <Button className={className} onPress={() => void toggleRun()}>
      <Icon name={moving ? 'pause' : 'play'} />
      {t(moving ? 'transport.pause' : 'transport.run')}
    </Button>
  );
}

export function Transport() {
  return (
    <Group className="transport" aria-label={t('transport.label')}>
      <IconButton
        icon="reset"
        label={t('transport.reset')}
        hint={t('transport.reset.hint')}
        onPress={() => void reset()}
      />
      <IconButton icon="back" label={t('transport.stepBack')} hint="," onPress={() => void stepBack()} />
      <RunButton />
      <IconButton icon="step" label={t('transport.step')} hint="." onPress={() => void step()} />
    </Group>
  );
}
