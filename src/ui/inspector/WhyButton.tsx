import type { ReactNode } from 'react';
import { Button } from 'react-aria-components';
import { openInspector } from '../../actions/inspector';
import { t } from '../../i18n';
import { useRun } from '../../store';

/** Opens the inspector at the kill of a process; `children` where it died of something else. */
export function WhyButton({ pid, name, children }: { pid: number; name: string; children?: ReactNode }) {
  const at = useRun((s) => s.kills.findLast((kill) => kill.victims.some((v) => v.pid === pid))?.record.t ?? -1);
  if (at < 0) return children;
  return (
    <Button
      className="btn small why-button"
      aria-label={t('inspector.whyOf', { name, pid: String(pid) })}
      onPress={() => openInspector(at)}
    >
      {t('inspector.why')}
    </Button>
  );
}
