import { Suspense, useEffect, useRef, useState } from 'react';
import { Button, type ButtonProps } from 'react-aria-components';
import { Icon, type IconName } from './Icons';
import { part } from './part';

const Tip = part(() => import('./Tip').then((m) => m.default));
/** How long the pointer rests before the tooltip comes, ms. */
const REST_MS = 500;

interface Props extends Omit<ButtonProps, 'children' | 'aria-label'> {
  icon: IconName;
  /** The accessible name, and the tooltip's first words. */
  label: string;
  /** What the tooltip adds: a key, a consequence. */
  hint?: string;
}

/** A button that is only an icon, with a tooltip. */
export function IconButton({ icon, label, hint, className = 'btn ic', ...props }: Props) {
  const target = useRef<HTMLButtonElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const [shown, setShown] = useState(false);
  const hide = () => {
    clearTimeout(timer.current);
    setShown(false);
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <>
      <Button
        {...props}
        ref={target}
        className={className}
        aria-label={label}
        onHoverStart={() => {
          timer.current = setTimeout(() => setShown(true), REST_MS);
        }}
        onHoverEnd={hide}
        onPressStart={hide}
        onFocus={() => setShown(target.current?.matches(':focus-visible') ?? false)}
        onBlur={hide}
        onKeyDown={(e) => {
          if (e.key === 'Escape' && shown) hide();
          else e.continuePropagation();
        }}
      >
        <Icon name={icon} />
      </Button>
      {shown && (
        <Suspense fallback={null}>
          <Tip target={target} label={label} hint={hint} hide={hide} />
        </Suspense>
      )}
    </>
  );
}
