import { lazy, type ReactNode, Suspense } from 'react';
import { closeInspector } from '../../actions/inspector';
import { t } from '../../i18n';
import { notify, useInspector } from '../../store';

/** Loaded when it is first opened. */
const KillInspector = lazy<() => ReactNode>(() =>
  import('./KillInspector').catch((error: Error) => {
    notify(t('inspector.failed', { why: error.message }), true);
    closeInspector();
    return { default: () => null };
  }),
);

/** The kill inspector while it is open. */
export function LazyInspector() {
  const open = useInspector((s) => s.open);
  if (!open) return null;
  return (
    <Suspense fallback={null}>
      <KillInspector />
    </Suspense>
  );
}
