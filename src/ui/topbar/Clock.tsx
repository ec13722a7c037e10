import { useEffect, useRef } from 'react';
import { t } from '../../i18n';
import { clock } from '../format';
import { subscribe } from '../frameLoop';

/** Virtual time, written by the frame loop so that the milliseconds run. */
export function Clock() {
  const main = useRef<HTMLSpanElement>(null);
  const rest = useRef<HTMLElement>(null);
  useEffect(
    () =>
      subscribe((frame) => {
        const text = clock(frame.t);
        if (main.current) main.current.textContent = text.main;
        if (rest.current) rest.current.textContent = `${text.rest} s`;
      }),
    [],
  );
  return (
    <div className="clock" role="timer" aria-label={t('transport.clock')}>
      <span ref={main}>00:00</span>
      <small ref={rest}>.000 s</small>
    </div>
  );
}
