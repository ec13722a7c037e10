import type { Frame } from '../../worker/protocol';
import type { Pointed } from '../charts/kinds';
import type { Due } from '../frameLoop';
import type { PyramidLayout } from './layout';

/** What the pyramid shows. */
export interface Scene {
  frame: Frame;
  layout: PyramidLayout;
  /** Pages a second, of the moment that words are of: an arrow is as thick as its number says. */
  rates: Frame['flows'];
  /** What of it may change. */
  due: Due;
  hovered: Pointed;
  /** Real time in ms for the moving squares, 0 = they stand still. */
  clock: number;
  /** Pages a second that swap fills up with (negative: empties), null while nothing is known. */
  swapNet: number | null;
}
