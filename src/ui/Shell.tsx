import { useSettings, useShown } from '../store';
import { Hero } from './hero/Hero';
import { Timeline } from './timeline/Timeline';

/** The lab's grid of regions. */
export function Shell() {
  const view = useSettings((s) => s.view);
  const stateHash = useShown((f) => f.stateHash, '');
  return (
    <div className="lab" data-region="lab" data-state-hash={stateHash} data-view={view}>
      <main className="lab-hero">
        <Hero />
      </main>
      <div className="lab-timeline">
        <Timeline />
      </div>
    </div>
  );
}
