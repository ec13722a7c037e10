import type { HTMLAttributes, KeyboardEvent } from 'react';

interface Props extends Omit<HTMLAttributes<HTMLDivElement>, 'onKeyDown'> {
  label: string;
  /** The place in words. */
  text: string;
  /** From 0 to `max`, in units of which the screen reader hears one as 1. */
  value: number;
  max: number;
  unit?: number;
  /** Where each key leads to. */
  places: (event: KeyboardEvent) => Record<string, number>;
  /** What other keys do. */
  also: Record<string, () => void>;
  onMove: (place: number) => void;
}

/** A place in a picture that is drawn elsewhere, as a slider for the keyboard and for those who cannot see it. */
export function PlaceSlider({ label, text, value, max, unit = 1, places, also, onMove, ...rest }: Props) {
  const key = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const to = places(event);
    if (event.key in to) onMove(Math.max(0, to[event.key]));
    else if (event.key in also) also[event.key]();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div
      {...rest}
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={Math.round(max / unit)}
      aria-valuenow={Math.round(value / unit)}
      aria-valuetext={text}
      onKeyDown={key}
    />
  );
}
