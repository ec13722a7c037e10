import { type Group, kernelOf } from './tree';

type Drawn = Pick<
  Group,
  'current' | 'anon' | 'file' | 'mlocked' | 'emin' | 'elow' | 'high' | 'max' | 'swapCurrent' | 'swapMax'
>;

/** What a group holds by kind, against its limits; below it its swap. */
export function GroupBar({ group, scale }: { group: Drawn; scale: number }) {
  const { anon, file, mlocked, current, emin, elow, high, max, swapCurrent, swapMax } = group;
  const share = (n: number): string => `${Math.min(100, (100 * Math.max(0, n)) / scale)}%`;
  const swaps = swapCurrent > 0 || (swapMax !== null && swapMax > 0);
  return (
    <span className="gb" aria-hidden="true">
      <span className="gb-mem">
        <span className="gb-room" style={{ width: share(max ?? scale) }} data-open={max === null || undefined} />
        <span className="rss gb-bar">
          <i className="k-anon" style={{ width: share(anon) }} data-empty={anon === 0 || undefined} />
          <i className="k-mlocked" style={{ width: share(mlocked) }} data-empty={mlocked === 0 || undefined} />
          <i className="k-file" style={{ width: share(file) }} data-empty={file === 0 || undefined} />
          <i className="k-pt" style={{ width: share(kernelOf(group)) }} />
        </span>
        {Math.max(emin, elow) > 0 && (
          <span className="gb-low" style={{ width: share(Math.min(current, Math.max(emin, elow))) }} />
        )}
        {emin > 0 && <span className="gb-min" style={{ width: share(Math.min(current, emin)) }} />}
        {high !== null && high <= scale && <span className="gb-high" style={{ left: share(high) }} />}
        {max !== null && max <= scale && <span className="gb-max" style={{ left: share(max) }} />}
      </span>
      {swaps && (
        <span className="gb-swap">
          {swapMax !== null && <span className="gb-room" style={{ width: share(swapMax) }} />}
          <span className="k-swap" style={{ width: share(swapCurrent) }} />
        </span>
      )}
    </span>
  );
}
