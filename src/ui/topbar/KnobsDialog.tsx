import { Dialog } from 'react-aria-components';
import { KnobsPanel } from './KnobsPanel';

export default function KnobsDialog() {
  return (
    <Dialog className="knobs">
      <KnobsPanel />
    </Dialog>
  );
}
