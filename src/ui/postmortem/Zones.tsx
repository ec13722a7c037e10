import { pmWords as w } from '../../i18n/en-postmortem';
import type { ReportDocument } from '../../report/document';
import { inequalityOf } from '../../report/sentences';

/** Each zone against the request, with the inequality that failed. */
export function Zones({ report: r }: { report: ReportDocument }) {
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
            <th scope="col">{w.test}</th>
            <th scope="col">{w.outcome}</th>
          </tr>
        </thead>
        <tbody>
          {r.zones.map((z) => (
            <tr key={z.zone} data-code={z.code}>
              <th scope="row">{z.zone}</th>
              <td className="mono">{inequalityOf(z, r.order ?? 0)}</td>
              <td>{w.zoneCodes[z.code] ?? z.code}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
