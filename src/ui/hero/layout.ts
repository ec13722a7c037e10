/** Where the parts of the pyramid view go, in px of a picture that is then scaled as a whole by `scale`. */
import type { Trapezoid } from './geometry';

export interface PyramidLayout {
  phone: boolean;
  scale: number;
  width: number;
  height: number;
  /** L1, L2, L3. */
  tiers: Trapezoid[];
  body: Trapezoid;
  swap: Trapezoid;
  gauge: { x: number; y: number; width: number; height: number };
  /** Rates at the left: first baseline, distance, how many fit. */
  flows: { y: number; pitch: number; count: number };
}

/** The legend's row under the picture. */
export const FOOT_HEIGHT = 34;
/** Below this width of the region the layout of the phone is used. */
const PHONE_WIDTH = 560;
/** Between this and that one it is, unless the region is low: then its breadth is all there is. */
const PHONE_WIDTH_LOW = 470;
export const isPhone = (width: number, height: number): boolean =>
  width < PHONE_WIDTH && (width < PHONE_WIDTH_LOW || width < height);
/** Of a flow at the left, from its name to under its rate. What is more of the distance parts it from the next. */
const FLOW_HEIGHT = 29;
/** Down to the lower edge of the switch of the views, px. */
const SWITCH_HEIGHT = 42;
const WIDE = { width: 640, height: 540 };
/** Of the design: everything is drawn in its px, larger screens scale it. */
const DESIGN = { width: 728, height: 578 };

/** Half width of the pyramid at a height: one slope from the tip to the swap. */
const tier = (cx: number, top: number, bottom: number, tip: number, lean: number): Trapezoid => ({
  cx,
  top,
  bottom,
  topWidth: 2 * (tip + top * lean),
  bottomWidth: 2 * (tip + bottom * lean),
});

export function pyramidLayout(width: number, height: number): PyramidLayout {
  return isPhone(width, height) ? phone(width, height) : wide(width, height);
}

function wide(outerWidth: number, outerHeight: number): PyramidLayout {
  const grow = Math.min(outerWidth / DESIGN.width, outerHeight / DESIGN.height);
  const shrink = Math.min(outerWidth / WIDE.width, outerHeight / WIDE.height);
  const scale = Math.max(0.5, grow > 1 ? grow : Math.min(1, shrink));
  const width = outerWidth / scale;
  const height = outerHeight / scale;
  const sx = Math.min(1.1, width / DESIGN.width);
  const cx = 322 * (width / DESIGN.width);
  const bodyTop = 158;
  const bodyBottom = height - 122;
  // The tip and the slope of the design: 0.409 px to each side for a px down, at a body 298 high.
  const lean = (122 * sx) / (bodyBottom - bodyTop);
  const half = (y: number) => 53.2 * sx + (y - bodyTop) * lean;
  const trapezoid = (top: number, bottom: number): Trapezoid => ({
    cx,
    top,
    bottom,
    topWidth: 2 * half(top),
    bottomWidth: 2 * half(bottom),
  });
  const tierLean = 0.409 * sx;
  const tip = 53.2 * sx - bodyTop * tierLean + 6 * tierLean;
  const tiers = [tier(cx, 52, 80, tip, tierLean), tier(cx, 83, 114, tip, tierLean), tier(cx, 117, 152, tip, tierLean)];
  const swapTop = bodyBottom + 56;
  const swapHalf = 207 * sx;
  const gaugeX = Math.min(546 * (width / DESIGN.width), width - 182);
  // Its title stands under the switch of the views, which does not shrink with the picture.
  const gaugeY = Math.max(112, 46 + SWITCH_HEIGHT / scale);
  const flowsFrom = 213;
  // From the first name to the last, whose arrow and rate stand above RAM's name.
  const flowsRoom = bodyBottom - 70 - FLOW_HEIGHT - flowsFrom;
  const count = Math.max(0, Math.min(4, Math.floor(flowsRoom / 44) + 1));
  return {
    phone: false,
    scale,
    width,
    height,
    tiers,
    body: trapezoid(bodyTop, bodyBottom),
    swap: { cx, top: swapTop, bottom: swapTop + 50, topWidth: 2 * swapHalf, bottomWidth: 2 * (swapHalf + 20.5 * sx) },
    gauge: { x: gaugeX, y: gaugeY, width: 80 * sx, height: bodyBottom - 90 - gaugeY },
    flows: { y: flowsFrom, pitch: count > 1 ? Math.min(58, flowsRoom / (count - 1)) : 0, count },
  };
}

function phone(outerWidth: number, outerHeight: number): PyramidLayout {
  const scale = Math.max(0.6, Math.min(outerWidth / 390, outerHeight / 400));
  const width = outerWidth / scale;
  const height = outerHeight / scale;
  const cx = 168 + (width - 390) * 0.44;
  const bodyTop = 86;
  const bodyBottom = Math.max(bodyTop + 120, height - 84);
  const lean = 106 / (bodyBottom - bodyTop);
  const half = (y: number) => 44.8 + (y - bodyTop) * lean;
  const tierLean = 0.408;
  const tip = 44.8 - bodyTop * tierLean + 4 * tierLean;
  return {
    phone: true,
    scale,
    width,
    height,
    tiers: [tier(cx, 6, 28, tip, tierLean), tier(cx, 30.5, 54, tip, tierLean), tier(cx, 56.5, 82, tip, tierLean)],
    body: {
      cx,
      top: bodyTop,
      bottom: bodyBottom,
      topWidth: 2 * half(bodyTop),
      bottomWidth: 2 * half(bodyBottom),
    },
    swap: { cx, top: bodyBottom + 38, bottom: bodyBottom + 74, topWidth: 304, bottomWidth: 304 },
    gauge: {
      x: cx + 114,
      y: 66,
      width: 40,
      height: Math.max(90, Math.min(160, bodyBottom - 66 - 120)),
    },
    flows: { y: 0, pitch: 0, count: 0 },
  };
}
