/** What the pictures say to those who cannot see them, and their table twins. */
import { t } from '../../i18n';
import type { Frame, Kind } from '../../worker/protocol';
import type { TableData } from '../charts/DataTable';
import { KIND_LOOK } from '../charts/kinds';
import { int, mib, nominal, pages, percent } from '../format';
import { flowSentence } from './drawFlows';
import { gaugeZone, zoneLabel } from './drawGauge';
import { STRATA } from './geometry';

const ROWS: readonly Kind[] = STRATA.flatMap((s) => s.kinds);

export function pyramidSummary(frame: Frame): string {
  const parts = ROWS.filter((kind) => frame.kinds[kind] > 0)
    .sort((a, b) => frame.kinds[b] - frame.kinds[a])
    .map((kind) => t('summary.part', { name: t(KIND_LOOK[kind].name), size: pages(frame.kinds[kind]) }))
    .join('; ');
  const zone = gaugeZone(frame);
  const { total, free } = frame.swap;
  return [
    t('summary.pyramid', {
      ram: nominal(frame.machine.ram),
      parts,
      zone: zone ? zoneLabel(frame, zone) : '',
      free: zone?.free ?? 0,
      min: zone?.min ?? 0,
      low: zone?.low ?? 0,
      high: zone?.high ?? 0,
    }),
    total > 0
      ? t('summary.swap', { share: percent((total - free) / total), used: mib(total - free), total: pages(total) })
      : t('summary.noSwap'),
    flowSentence(frame),
  ].join(' ');
}

export function pyramidTable(frame: Frame): TableData {
  const size = (name: string, n: number) => [name, int(n), pages(n), percent(n / frame.machine.present)];
  const rows = ROWS.map((kind) => size(t(KIND_LOOK[kind].name), frame.kinds[kind]));
  rows.push(size(t('pyramid.tablePresent'), frame.machine.present));
  rows.push(size(t('pyramid.tableManaged'), frame.machine.managed));
  const { total, free } = frame.swap;
  if (total > 0) {
    rows.push([t('pyramid.tableSwapUsed'), int(total - free), pages(total - free), '']);
    rows.push([t('pyramid.tableSwapFree'), int(free), pages(free), '']);
  }
  for (const zone of frame.zones) {
    if (zone.present === 0) continue;
    rows.push(size(t('pyramid.tableZoneFree', { zone: zoneLabel(frame, zone) }), zone.free));
    for (const name of ['min', 'low', 'high'] as const) {
      rows.push(size(t('pyramid.tableWatermark', { zone: zoneLabel(frame, zone), name }), zone[name]));
    }
  }
  for (const key of ['cacheDropped', 'fileIn', 'newAnon', 'writeback', 'swapOut', 'swapIn'] as const) {
    rows.push([
      t('pyramid.tableRate', { name: t(`flows.${key}`) }),
      int(frame.flows[key]),
      pages(frame.flows[key]),
      '',
    ]);
  }
  return {
    caption: t('pyramid.tableCaption'),
    head: [t('pyramid.tableKind'), t('pyramid.tablePages'), t('pyramid.tableSize'), t('pyramid.tableShare')],
    rows,
  };
}
