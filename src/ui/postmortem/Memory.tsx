import { pmWords as w } from '../../i18n/en-postmortem';
import { partNames, reportWords, sizeText } from '../../i18n/en-report';
import type { ReportDocument } from '../../report/document';
import type { PartCode } from '../../report/memory';
import { int, percent } from '../format';

/** Fills of the lab's kinds; kinds of kernel memory that the lab does not tell apart share theirs. */
const FILLS: Record<PartCode, string> = {
  anon: 'var(--anon-a)',
  shmem: 'url(#k-shmem)',
  file: 'var(--file-i)',
  unevictable: 'url(#k-mlocked)',
  slab_reclaimable: 'var(--slab)',
  slab_unreclaimable: 'var(--slab)',
  pagetables: 'var(--kern)',
  kernel_stack: 'var(--kern)',
  hugetlb: 'var(--anon-i)',
  sock: 'var(--kern)',
  percpu: 'var(--kern)',
  zspages: 'var(--anon-i)',
  free: 'var(--free)',
  rest: 'url(#k-reserved)',
};

/** Where the memory was: a bar whose parts add up, the same as a table, and swap. */
export function Memory({ report: r }: { report: ReportDocument }) {
  const kb = (pages: number): string => sizeText((pages * r.pageSize) / 1024);
  return (
    <section aria-labelledby="pm-memory">
      <div className="hd">
        <h2 id="pm-memory">{reportWords.memory}</h2>
        {r.memory && <span className="mut">{w.memoryTotal(kb(r.memory.totalPages), r.memory.totalPages)}</span>}
      </div>
      {r.memory ? <Parts memory={r.memory} kb={kb} /> : <p className="sub">{w.noMemory}</p>}
      <Swap report={r} />
    </section>
  );
}

function Parts({
  memory: { parts, totalPages },
  kb,
}: {
  memory: NonNullable<ReportDocument['memory']>;
  kb: (pages: number) => string;
}) {
  const total = Math.max(1, totalPages);
  let before = 0;
  const bars = parts.map(({ code, pages }) => {
    const x = (100 * before) / total;
    before += pages;
    return { code, x, width: (100 * pages) / total };
  });
  return (
    <>
      <svg
        className="pm-parts"
        width="100%"
        height="40"
        role="img"
        aria-label={parts.map((p) => `${partNames[p.code]} ${kb(p.pages)}`).join(', ')}
      >
        {bars.map(({ code, x, width }) => (
          <rect key={code} x={`${x}%`} y="0" width={`${width}%`} height="40" fill={FILLS[code]} />
        ))}
      </svg>
      <table className="pm-table">
        <thead>
          <tr>
            <th scope="col">{w.part}</th>
            <th scope="col" className="num">
              {w.size}
            </th>
            <th scope="col" className="num">
              {w.pages}
            </th>
            <th scope="col" className="num">
              {w.share}
            </th>
          </tr>
        </thead>
        <tbody>
          {parts.map(({ code, pages }) => (
            <tr key={code}>
              <th scope="row">
                <svg width="12" height="12" aria-hidden="true">
                  <rect width="12" height="12" rx="1.5" fill={FILLS[code]} />
                </svg>
                {partNames[code]}
              </th>
              <td className="num">{kb(pages)}</td>
              <td className="num">{int(pages)}</td>
              <td className="num">{percent(pages / total)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{w.sum}</th>
            <td className="num">{kb(totalPages)}</td>
            <td className="num">{int(totalPages)}</td>
            <td className="num">{percent(1)}</td>
          </tr>
        </tfoot>
      </table>
    </>
  );
}

function Swap({ report: { swap, cgroup } }: { report: ReportDocument }) {
  const { totalKb, freeKb } = swap;
  if (totalKb === null) {
    const own = cgroup?.swap;
    const text = own
      ? w.cgroupSwap(sizeText(own.usageKb), own.limitKb === null ? null : sizeText(own.limitKb))
      : w.swapUnknown;
    return <p className="sub">{text}</p>;
  }
  if (totalKb === 0) return <p className="sub">{w.swapNone}</p>;
  if (freeKb === null) return <p className="sub">{w.swapLost(sizeText(totalKb))}</p>;
  const text = w.swapUsed(sizeText(totalKb - freeKb), sizeText(totalKb));
  return (
    <div className="pm-swap">
      <svg width="100%" height="16" role="img" aria-label={text}>
        <rect width="100%" height="16" fill="var(--well)" />
        <rect width={`${(100 * (totalKb - freeKb)) / totalKb}%`} height="16" fill="url(#k-swap)" />
      </svg>
      <p>{text}</p>
    </div>
  );
}
