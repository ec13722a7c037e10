import { Button, Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { ACTIONS, type Action } from '../../actions/registry';
import { t } from '../../i18n';
import { setHelpOpen, setSingleKeys, useSettings } from '../../store';
import { Truth } from '../about/Truth';
import { keyText } from './keyText';

/** The list of keys, and how true the model is. */
export function Help() {
  const open = useSettings((s) => s.helpOpen);
  const single = useSettings((s) => s.singleKeys);
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
              .map(({ id, key, keyLabel, mod, label }) => (
                <div key={id}>
                  <dt>
                    <kbd>{keyText({ key, keyLabel, mod })}</kbd>
                  </dt>
                  <dd>{t(label)}</dd>
                </div>
              ))}
          </dl>
          <label className="help-single">
            <input type="checkbox" checked={single} onChange={(e) => setSingleKeys(e.currentTarget.checked)} />{' '}
            {t('keys.single')}
          </label>
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
