import { Button, type ButtonProps, Tooltip, TooltipTrigger } from 'react-aria-components';
import { Icon, type IconName } from './Icons';

interface Props extends Omit<ButtonProps, 'children' | 'aria-label'> {
  icon: IconName;
  /** The accessible name, and the tooltip's first words. */
  label: string;
  /** What the tooltip adds: a key, a consequence. */
  hint?: string;
}

/** A button that is only an icon, with a tooltip. */
export function IconButton({ icon, label, hint, className = 'btn ic', ...props }: Props) {
  return (
    <TooltipTrigger delay={500} closeDelay={0}>
      <Button {...props} className={className} aria-label={label}>
        <Icon name={icon} />
      </Button>
      <Tooltip className="tooltip" offset={4}>
        {label}
        {hint && <span className="tooltip-hint">{hint}</span>}
      </Tooltip>
    </TooltipTrigger>
  );
}
