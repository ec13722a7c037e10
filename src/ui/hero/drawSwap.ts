/** The lowest tier: swap, how full it is, and when it will be. */
import { t } from '../../i18n';
import { fade } from '../charts/kinds';
import type { Painter } from '../charts/painter';
import { d } from '../charts/path';
import { textWidth } from '../charts/text';
import { duration, int, mib, pages, percent } from '../format';
import { leftAt, rightAt } from './geometry';
import type { PyramidLayout } from './layout';
import type { Scene } from './scene';

/** What swap has and how much of it is used. */
export function drawSwap(p: Painter, { frame, layout, hovered }: Scene): void {
  const { swap } = layout;
  const { total, free } = frame.swap;
  const opacity = fade(['swap'], hovered);
  const bl = leftAt(swap, swap.bottom);
  const tl = leftAt(swap, swap.top);
  const outline = d`M${tl} ${swap.top}h${swap.topWidth}L${bl + swap.bottomWidth} ${swap.bottom}H${bl}Z`;
  if (total === 0) {
    p.path('swap-outline', outline, { fill: 'none', stroke: 'var(--line-3)', 'stroke-dasharray': '4 4' });
    return;
  }
  const share = (total - free) / total;
  p.path('swap-outline', outline, {
    fill: 'var(--plane)',
    stroke: 'var(--anon-a)',
    'stroke-width': 1.5,
    opacity,
    'data-kind': 'swap',
  });
  p.path(
    'swap-used',
    d`M${tl} ${swap.top}h${swap.topWidth * share}L${bl + swap.bottomWidth * share} ${swap.bottom}H${bl}Z`,
    { fill: 'url(#k-swap)', opacity, 'data-kind': 'swap' },
  );
}

/** Its name and latency, and in words what `drawSwap` shows. */
export function drawSwapWords(p: Painter, { frame, layout, swapNet }: Scene): void {
  const { swap, phone } = layout;
  const { total, free, latencyNs } = frame.swap;
  const middle = (swap.top + swap.bottom) / 2;
  const device = frame.machine.swapDevice;
  if (!phone) {
    p.text('swap', 20, swap.top + 18, t('pyramid.swap'), { class: 'b', 'font-size': 20 });
    if (total > 0) {
      p.text('swap-ns', 20, swap.top + 37, `~${duration(latencyNs)}`, { class: 'b', 'font-size': 14 });
      const kind =
        device === 'zram'
          ? t('swap.zram', { pool: mib(frame.swap.pool) })
          : t(device === 'hdd' ? 'swap.hdd' : 'swap.ssd') +
            (frame.swap.zswapped > 0 ? t('swap.zswap', { pool: mib(frame.swap.pool) }) : '');
      p.text('swap-device', 20, swap.top + 54, kind, {
        class: 's3',
        'font-size': 12,
      });
      const times = frame.eat.ramNs > 0 ? latencyNs / frame.eat.ramNs : 0;
      p.text('gap', 20, swap.top - 23, t('pyramid.gap', { n: Number(times.toPrecision(2)) }), {
        class: 'b',
        'font-size': 14,
      });
    }
  }
  if (total === 0) {
    p.text('swap-none', swap.cx, middle + 5, t('swap.none'), { class: 'c s2', 'font-size': phone ? 12 : 14 });
    return;
  }
  const share = (total - free) / total;
  const label = phone ? t('swap.fullPhone', { share: percent(share) }) : t('swap.full', { share: percent(share) });
  const rest = t('swap.of', { used: mib(total - free), total: pages(total) });
  const size = phone ? 14 : 18;
  const labelWidth = textWidth(label, size, true);
  const restWidth = phone ? 0 : textWidth(rest, 12.5) + 8;
  const w = labelWidth + restWidth + 24;
  const h = phone ? 24 : 32;
  p.el('swap-ground', 'rect', {
    x: swap.cx - w / 2,
    y: middle - h / 2,
    width: w,
    height: h,
    rx: 4,
    fill: 'var(--plane)',
  });
  p.text('swap-full', swap.cx - restWidth / 2, middle + size * 0.34, label, { class: 'c b', 'font-size': size });
  if (!phone) {
    p.text('swap-of', swap.cx + labelWidth / 2 + 4, middle + 5.5, rest, { class: 'c s2', 'font-size': 12.5 });
  }
  drawSwapForecast(p, layout, free, swapNet);
}

function drawSwapForecast(p: Painter, layout: PyramidLayout, free: number, net: number | null): void {
  const { swap, phone } = layout;
  const x = rightAt(swap, swap.top) + (phone ? 10 : 22);
  const first =
    free === 0
      ? t('swap.isFull')
      : net !== null && net >= 1
        ? t('swap.fullIn', { time: duration((free / net) * 1e9) })
        : '';
  const second = net === null || Math.abs(net) < 1 ? '' : t('swap.net', { rate: `${net > 0 ? '+' : ''}${int(net)}` });
  if (phone) {
    if (first)
      p.text('swap-when', x, swap.top + 14, free === 0 ? t('swap.isFull') : duration((free / (net ?? 1)) * 1e9), {
        class: 'b',
        'font-size': 13,
      });
    if (first && free > 0) p.text('swap-when-2', x, swap.top + 30, t('swap.toFull'), { class: 's2', 'font-size': 12 });
    return;
  }
  if (first) p.text('swap-when', x, swap.top + 22, first, { class: 'b', 'font-size': 14 });
  if (second) p.text('swap-net', x, swap.top + (first ? 39 : 26), second, { class: 's2', 'font-size': 12 });
}
