import { useEffect, useRef } from 'react';
import { t } from '../../i18n';
import { setText } from '../charts/setText';
import { clock } from '../format';
import { subscribe } from '../frameLoop';
import { moment } from '../moment';

/** Virtual time, written by the frame loop so that the milliseconds run. */
export function Clock() {
  const box = useRef<HTMLDivElement>(null);
  const main = useRef<HTMLSpanElement>(null);
  const rest = useRef<HTMLElement>(null);
  useEffect(
    () =>
      subscribe((frame, _now, { flows }) => {
        if (!flows) return;
        const text = clock(moment(frame));
        // Its box does not follow its content, or every figure would lay the page out.
        box.current?.style.setProperty('--main', `${text.main.length}ch`);
        if (main.current) setText(main.current, text.main);
        if (rest.current) setText(rest.current, `${text.rest} s`);
      }),
    [],
  );
  return (
    <div ref={box} className="clock" role="timer" aria-label={t('transport.clock')}>
      <span className="clock-figures">
        <span ref={main}>00:00</span>
        <small ref={rest}>.000 s</small>
      </span>
    </div>
  );
}
