import { Button, Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { ACTIONS, type Action } from '../../actions/registry';
import { t } from '../../i18n';
import { setHelpOpen, useSettings } from '../../store';
import { Truth } from '../about/Truth';

/** The list of keys, and how true the model is. */
export function Help() {
  const open = useSettings((s) => s.helpOpen);
  const listed: readonly Action[] = ACTIONS;
  return (
    <ModalOverlay className="modal-overlay" isOpen={open} onOpenChange={setHelpOpen} isDismissable>
      <Modal className="modal">
        <Dialog>
          <Heading slot="title" level={2}>
            {t('help.title')}
          </Heading>
          <dl className="keys">
            {listed
              .filter(({ key }) => key !== '')
              .map(({ id, key, keyLabel, label }) => (
                <div key={id}>
                  <dt>
                    <kbd>{keyLabel ? t(keyLabel) : key}</kbd>
                  </dt>
                  <dd>{t(label)}</dd>
                </div>
              ))}
          </dl>
          <p className="sub">{t('help.about')}</p>
          <Truth />
          <Button className="btn soft" slot="close">
            {t('help.close')}
          </Button>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
