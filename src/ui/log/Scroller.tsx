import { createContext, type ReactNode, useContext, useLayoutEffect, useRef, useState } from 'react';
import { Button } from 'react-aria-components';
import { createPortal } from 'react-dom';
import { t } from '../../i18n';
import { notify, useSelection } from '../../store';

/** Nearer to the end than that counts as at the end, px. */
const END_SLACK = 24;

/** Where the text's buttons go: beside the tabs, so that they take no line of their own. */
export const ToolSlot = createContext<HTMLElement | null>(null);

interface Props {
  /** Changes when there is something new at the end. */
  version: unknown;
  label: string;
  /** What Copy takes, asked for when it is pressed. */
  copy: () => string;
  /** More buttons beside it. */
  tools?: ReactNode;
  /** Stays at the end while there is news, until the user scrolls away from it. */
  follow?: boolean;
  children: ReactNode;
}

/** Monospaced text that follows its end. Scrolling up stops that; the Follow button or the end itself resumes it. */
export function Scroller({ version, label, copy, tools, follow = true, children }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [away, setAway] = useState(false);
  // A process is pointed at: lines that are not about it fade, without being drawn again.
  const pointing = useSelection((s) => s.hoveredPid !== null);
  const slot = useContext(ToolSlot);

  // biome-ignore lint/correctness/useExhaustiveDependencies: new content is what moves the end
  useLayoutEffect(() => {
    if (follow && !away && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [version, away, follow]);

  const copyButton = (
    <Button className="btn small" onPress={() => void toClipboard(copy())}>
      {t('log.copy')}
    </Button>
  );
  return (
    <>
      {tools && <div className="log-tools">{tools}</div>}
      {slot && createPortal(copyButton, slot)}
      <div
        ref={box}
        className="log"
        data-pointing={pointing || undefined}
        role="log"
        aria-live="off"
        aria-label={label}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region has to be reachable by keyboard
        tabIndex={0}
        onScroll={({ currentTarget: el }) => setAway(el.scrollHeight - el.scrollTop - el.clientHeight > END_SLACK)}
      >
        {children}
      </div>
      {follow && away && (
        <Button className="btn solid small log-follow" onPress={() => setAway(false)}>
          {t('log.follow')}
        </Button>
      )}
    </>
  );
}

async function toClipboard(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    notify(t('log.copied'));
  } catch {
    notify(t('log.copyFailed'), true);
  }
}
