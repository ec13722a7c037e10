import type { RefObject } from 'react';
import { Tooltip, TooltipTriggerStateContext } from 'react-aria-components';

interface Props {
  target: RefObject<HTMLElement | null>;
  label: string;
  hint?: string;
  hide: () => void;
}

/** The words that come up beside an icon. */
export default function Tip({ target, label, hint, hide }: Props) {
  return (
    <TooltipTriggerStateContext value={{ isOpen: true, open: () => {}, close: hide, shouldSkipAnimation: false }}>
      <Tooltip className="tooltip" triggerRef={target} offset={4}>
        {label}
        {hint && <span className="tooltip-hint">{hint}</span>}
      </Tooltip>
    </TooltipTriggerStateContext>
  );
}
