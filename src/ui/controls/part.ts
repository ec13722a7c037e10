import { type ComponentType, lazy } from 'react';
import { t } from '../../i18n';
import { notify } from '../../store';

type Load = () => Promise<unknown>;

const loaders: Load[] = [];

/**
 * A component that is not part of the first load. It is fetched when it is first shown, or by `loadParts`, whichever
 * comes first; show it inside a Suspense.
 */
export function part<P>(load: () => Promise<ComponentType<P>>) {
  loaders.push(load);
  return lazy(() =>
    load().then(
      (component) => ({ default: component }),
      (error: Error) => {
        notify(t('part.failed', { why: error.message }), true);
        return { default: (() => null) as ComponentType<P> };
      },
    ),
  );
}

/** Fetches what the first load left out, once the page has nothing better to do: the lab then works without a network. */
export function loadParts(): void {
  const soon = globalThis.requestIdleCallback ?? ((call: () => void) => setTimeout(call, 500));
  soon(() => {
    // A part that is missing is told when somebody asks for it.
    for (const load of loaders) void load().catch(() => {});
  });
}
