/** Where lanes, flags and axis go. */
export type LaneId = 'free' | 'scan' | 'swap' | 'psi';

export interface Lane {
  id: LaneId;
  top: number;
  height: number;
}

export interface TimelineLayout {
  /** The lanes' left and right edges. */
  left: number;
  right: number;
  lanes: Lane[];
  /** The pennants' row. */
  flags: number;
  bottom: number;
  /** A strip without words: the free lane alone. */
  compact: boolean;
  narrow: boolean;
}

const SHARES: { id: LaneId; share: number }[] = [
  { id: 'free', share: 52 },
  { id: 'scan', share: 42 },
  { id: 'swap', share: 38 },
  { id: 'psi', share: 30 },
];
const GAP = 6;
const AXIS = 22;

export function timelineLayout(width: number, height: number): TimelineLayout {
  const compact = height < 120;
  const narrow = width < 640;
  const flags = compact ? 4 : 14;
  const top = compact ? 16 : 40;
  const bottom = height - (compact ? 14 : AXIS);
  const left = compact ? 16 : narrow ? 100 : 142;
  const right = width - (narrow ? 16 : 12);
  if (compact)
    return { left, right, lanes: [{ id: 'free', top, height: bottom - top }], flags, bottom, compact, narrow };
  const room = bottom - top - GAP * (SHARES.length - 1);
  const total = SHARES.reduce((sum, s) => sum + s.share, 0);
  let y = top;
  const lanes = SHARES.map(({ id, share }) => {
    const lane = { id, top: y, height: (room * share) / total };
    y += lane.height + GAP;
    return lane;
  });
  return { left, right, lanes, flags, bottom, compact, narrow };
}
