import { useState } from 'react';
import { Button } from 'react-aria-components';
import { pmWords as w } from '../../i18n/en-postmortem';
import type { ReportDocument } from '../../report/document';
import { inequalityOf } from '../../report/sentences';

type Zone = ReportDocument['zones'][number];

/** Free pages as a bar, with the watermarks as ticks; the test beside it says the same in numbers. */
function Gauge({ zone: { free, min, low, high, reserve, code } }: { zone: Zone }) {
  if (min === null) return null;
  const top = 1.15 * Math.max(free, high ?? 0, min + reserve, 1);
  const x = (pages: number): string => `${(100 * pages) / top}%`;
  const text = w.gauge(free, min, low, high);
  return (
    <svg className="pm-gauge" width="100%" height="22" role="img" aria-label={text}>
      <title>{text}</title>
      <rect y="5" width="100%" height="12" fill="var(--well)" />
      <rect y="5" width={x(free)} height="12" fill="var(--free)" />
      {reserve > 0 && code !== 'not-for-it' && (
        <rect x={x(min)} y="5" width={x(reserve)} height="12" fill="url(#k-reserved)" opacity="0.6" />
      )}
      <line x1={x(min)} x2={x(min)} y1="0" y2="22" stroke="var(--red)" strokeWidth="2" />
      {low !== null && <line x1={x(low)} x2={x(low)} y1="2" y2="20" stroke="var(--ink)" strokeDasharray="3 2" />}
      {high !== null && <line x1={x(high)} x2={x(high)} y1="2" y2="20" stroke="var(--ink)" strokeDasharray="1 2" />}
    </svg>
  );
}

/** Zones that are shown at first. */
const FEW = 12;

/** Each zone against the request, with the inequality that failed. */
export function Zones({ report: r }: { report: ReportDocument }) {
  const [all, setAll] = useState(false);
  const zones = all ? r.zones : r.zones.slice(0, FEW);
  return (
    <section aria-labelledby="pm-zones">
      <div className="hd">
        <h2 id="pm-zones">{w.zones}</h2>
        <span className="mut">{w.zonesSub}</span>
      </div>
      <table className="pm-table">
        <thead>
          <tr>
            <th scope="col">{w.zone}</th>
            <th scope="col">{w.marks}</th>
            <th scope="col">{w.test}</th>
            <th scope="col">{w.outcome}</th>
          </tr>
        </thead>
        <tbody>
          {zones.map((z) => (
            <tr key={z.zone} data-code={z.code}>
              <th scope="row">{z.zone}</th>
              <td>
                <Gauge zone={z} />
              </td>
              <td className="mono">{inequalityOf(z, r.order ?? 0)}</td>
              <td>{w.zoneCodes[z.code] ?? z.code}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {zones.length < r.zones.length && (
        <Button className="btn soft" onPress={() => setAll(true)}>
          {w.showAllZones(r.zones.length)}
        </Button>
      )}
    </section>
  );
}
