import { type RefObject, useLayoutEffect } from 'react';
import { t } from '../../i18n';
import { useNotices } from '../../store';
import { redraw } from '../frameLoop';
import { Message } from './Message';

/** The latest message about a moment of the run, which the announcer says aloud. @param box where it stands */
export function News({ box }: { box?: RefObject<HTMLElement | null> }) {
  const notice = useNotices().findLast(({ at }) => at !== undefined);
  // biome-ignore lint/correctness/useExhaustiveDependencies: whoever draws the moment finds it a place
  useLayoutEffect(() => redraw(), [notice?.id]);
  if (!notice) return null;
  return (
    <section ref={box} className="news" aria-label={t('notice.kill')} data-at={notice.at}>
      <Message key={notice.id} {...notice} />
    </section>
  );
}
