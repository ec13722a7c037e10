import { type ComponentProps, type ReactNode, Suspense, useId, useRef, useState } from 'react';
import { part } from './part';

const PopOver = part(() => import('./PopOver').then((m) => m.default));

interface Props {
  /** What opens: a menu opens with the arrow keys too. */
  kind: 'menu' | 'dialog';
  className: string;
  label?: string;
  /** Inside the button. */
  children: ReactNode;
  placement?: ComponentProps<typeof PopOver>['placement'];
  offset?: number;
  /** What is in the popover: a Menu or a Dialog. */
  body: (close: () => void) => ReactNode;
}

/** Keys that open it. */
const OPENING = { menu: ['Enter', ' ', 'ArrowDown', 'ArrowUp'], dialog: ['Enter', ' '] };

/** A button with a popover. The popover and what is in it are no part of the first load. */
export function Pop({ kind, className, label, children, placement, offset = 4, body }: Props) {
  const trigger = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  const id = useId();
  return (
    <>
      <button
        ref={trigger}
        id={id}
        type="button"
        className={className}
        aria-label={label}
        aria-haspopup={kind}
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        onKeyDown={(e) => {
          if (!OPENING[kind].includes(e.key) || e.repeat) return;
          // No click comes of it: one without a pointer would pass for a screen reader's, which moves the focus otherwise.
          e.preventDefault();
          setOpen(true);
        }}
      >
        {children}
      </button>
      {open && (
        <Suspense fallback={null}>
          <PopOver
            trigger={trigger}
            // A dialog in it has a name of its own.
            labelledBy={kind === 'menu' ? id : undefined}
            placement={placement}
            offset={offset}
            onClose={() => setOpen(false)}
          >
            {body(() => setOpen(false))}
          </PopOver>
        </Suspense>
      )}
    </>
  );
}
