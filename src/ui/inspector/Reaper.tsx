import { useId, useState } from 'react';
import { Button } from 'react-aria-components';
import { runToFate } from '../../actions/inspector';
import { inspectorWords as w } from '../../i18n/en-inspector';
import type { KillReport } from '../../worker/protocol';
import { DataTable, TableToggle } from '../charts/DataTable';
import { useSize } from '../charts/useSize';
import { dec, duration, int, pages } from '../format';
import { victimName } from './headline';

const HEIGHT = 96;
/** Rows of the table twin at most. */
const ROWS = 16;

/** The victim's memory after the signal: what is in RAM, on top of what is in swap. */
export function Reaper({ kill }: { kill: KillReport }) {
  const [asTable, setAsTable] = useState(false);
  const { record, after } = kill;
  if (record.chosen < 0) return null;
  const known = after.t.length > 1;
  return (
    <section data-region="reaper" aria-label={w.reaper} className="ki-reaper">
      <div className="hd">
        <h2>{w.reaper}</h2>
        <span className="grow" />
        {known && <TableToggle on={asTable} onChange={setAsTable} />}
      </div>
      {!known ? (
        <Yet kill={kill} />
      ) : (
        <>
          {asTable ? <Table kill={kill} /> : <Picture kill={kill} />}
          <p className="sub">
            <Words kill={kill} />
          </p>
        </>
      )}
      {known && kill.exitedAt < 0 && <Yet kill={kill} />}
    </section>
  );
}

function Yet({ kill }: { kill: KillReport }) {
  return (
    <p className="sub">
      {w.reaperYet}{' '}
      <Button className="btn soft small" onPress={() => void runToFate(kill.before)}>
        {w.reaperRun}
      </Button>
    </p>
  );
}

function Words({ kill: { after, reapedAt } }: { kill: KillReport }) {
  const last = after.t.length - 1;
  return (
    <>
      <i className="term-mark k-anon" /> {w.reaperRam(pages(after.rss[0]), reapedAt >= 0 ? w.byReaper : w.byExit)}
      {after.swap[0] > 0 && (
        <>
          {' '}
          <i className="term-mark k-swap" /> {w.reaperSwap(pages(after.swap[0]))}
        </>
      )}
      <br />
      {w.reaperFree(int(after.free[0]), int(after.free[last]))}
    </>
  );
}

/** A stepped outline over time, closed at the bottom. */
function area(t: readonly number[], upper: (i: number) => number, x: (t: number) => number, width: number): string {
  let path = `M0 ${HEIGHT}V${upper(0).toFixed(1)}`;
  for (let i = 1; i < t.length; i++) path += `H${x(t[i]).toFixed(1)}V${upper(i).toFixed(1)}`;
  return `${path}H${width}V${HEIGHT}Z`;
}

function Picture({ kill }: { kill: KillReport }) {
  const [box, { width }] = useSize<HTMLDivElement>();
  const pattern = useId();
  const { record, after, exitedAt, reapedAt } = kill;
  const span = (after.t[after.t.length - 1] - record.t) * 1.06;
  const most = Math.max(1, after.rss[0] + after.swap[0]);
  const x = (t: number): number => (width * (t - record.t)) / span;
  const y = (n: number): number => HEIGHT - (HEIGHT * n) / most;
  const end = exitedAt >= 0 ? exitedAt : after.t[after.t.length - 1];
  const marks = [...(reapedAt >= 0 ? [reapedAt] : []), end].filter((t, i, all) => i === 0 || x(t) - x(all[i - 1]) > 40);
  return (
    <div ref={box}>
      {width > 0 && (
        <svg
          width={width}
          height={HEIGHT + 18}
          role="img"
          aria-label={w.reaperSummary(
            victimName(kill),
            pages(after.rss[0]),
            pages(after.swap[0]),
            duration(end - record.t),
          )}
        >
          <defs>
            <pattern id={pattern} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
              <rect width="6" height="6" fill="var(--plane)" />
              <rect width="2.4" height="6" fill="var(--anon-a)" />
            </pattern>
          </defs>
          <path d={area(after.t, (i) => y(after.rss[i] + after.swap[i]), x, width)} fill="var(--anon-a)" />
          <path d={area(after.t, (i) => y(after.swap[i]), x, width)} fill={`url(#${pattern})`} />
          <path d={`M0 ${HEIGHT + 0.5}H${width}`} stroke="var(--ink-3)" />
          <text x="0" y={HEIGHT + 15} fontSize="11" className="s3">
            0 ms
          </text>
          {marks.map((t) => (
            <text
              key={t}
              x={Math.min(x(t), width - 26)}
              y={HEIGHT + 15}
              fontSize="11"
              textAnchor="middle"
              className="s2"
            >
              {dec((t - record.t) / 1e6, (t - record.t) / 1e6 < 10 ? 1 : 0)}
            </text>
          ))}
        </svg>
      )}
    </div>
  );
}

function Table({ kill: { record, after } }: { kill: KillReport }) {
  const every = Math.max(1, Math.ceil(after.t.length / ROWS));
  const rows = after.t
    .map((t, i) => [dec((t - record.t) / 1e6, 2), int(after.rss[i]), int(after.swap[i]), int(after.free[i])])
    .filter((_, i) => i % every === 0 || i === after.t.length - 1);
  return <DataTable caption={w.reaper} head={[w.ms, w.ram, w.swapPages, w.free]} rows={rows} />;
}
