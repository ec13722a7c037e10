import type { ReactNode, RefObject } from 'react';
import { Popover, type PopoverProps } from 'react-aria-components';

interface Props {
  trigger: RefObject<HTMLElement | null>;
  labelledBy?: string;
  placement?: PopoverProps['placement'];
  offset: number;
  onClose: () => void;
  children: ReactNode;
}

/** What a `Pop` button opens. */
export default function PopOver({ trigger, labelledBy, placement = 'bottom', offset, onClose, children }: Props) {
  return (
    <Popover
      className="popover"
      triggerRef={trigger}
      aria-labelledby={labelledBy}
      isOpen
      placement={placement}
      offset={offset}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
    >
      {children}
    </Popover>
  );
}
