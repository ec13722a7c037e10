import { type ComponentProps, Fragment, type ReactNode } from 'react';
import { Button } from 'react-aria-components';
import { showGroup } from '../../actions/groups';
import { inspectorWords as w } from '../../i18n/en-inspector';
import type { OomLimit, OomRecord } from '../../linux/include/kernel';
import { hoverGroup, useShown } from '../../store';
import type { KillReport, ProcFrame } from '../../worker/protocol';
import { Chip } from '../controls/Chip';
import { PointedAt } from '../controls/PointedAt';
import { usePointing } from '../controls/usePointing';
import { int, pages } from '../format';
import { GroupBar } from '../groups/GroupBar';
import '../groups/groups.css';

const NO_PROCS: ProcFrame[] = [];

/** Of what there was too little, where it was not the whole machine's memory; and who died together. */
export function Domain({ kill }: { kill: KillReport }) {
  const { record } = kill;
  return (
    <>
      {record.limit && <Limit record={record} limit={record.limit} />}
      {record.nodes && <Nodes record={record} nodes={record.nodes} />}
      {record.groupPath !== undefined && <Together kill={kill} path={record.groupPath} />}
    </>
  );
}

/** A group at its limit, as the charge found it that failed. */
function Limit({ record, limit }: { record: OomRecord; limit: OomLimit }) {
  const { usage, max, failcnt, swapUsage, swapMax, below, outside } = limit;
  const { memcg } = record;
  const { enter, leave } = usePointing(
    () => hoverGroup(memcg),
    () => hoverGroup(null),
  );
  const free = record.mem?.free;
  const scale = Math.max(usage, max, swapUsage);
  return (
    <section
      className="ki-domain"
      data-region="oom-limit"
      aria-label={w.limit(memcg)}
      onPointerEnter={enter}
      onPointerLeave={leave}
    >
      <div className="hd ki-hd">
        <h2>{w.limit(memcg)}</h2>
        <code className="mut">CONSTRAINT_MEMCG</code>
        <span className="grow" />
        <Button className="btn small" onPress={() => showGroup(memcg)}>
          {w.showGroup}
        </Button>
      </div>
      <p className="ki-limit">
        <b>{int(usage)}</b> {w.limitUsed} <span className="op">+ 1 {usage >= max ? '>' : '≤'}</span>{' '}
        <b className={usage >= max ? 'red' : undefined}>{int(max)}</b> memory.max
      </p>
      <GroupBar
        group={{
          current: usage,
          anon: limit.anon,
          file: limit.file,
          mlocked: limit.mlocked,
          emin: 0,
          elow: 0,
          high: null,
          max,
          swapCurrent: swapUsage,
          swapMax,
        }}
        scale={scale}
      />
      <p className="sub">
        {w.limitHolds(pages(limit.anon), pages(limit.file), pages(Math.max(0, usage - limit.anon - limit.file)))}{' '}
        {swapMax === 0
          ? w.limitNoSwap
          : swapMax === null
            ? w.limitSwapFree(pages(swapUsage))
            : w.limitSwap(pages(swapUsage), pages(swapMax))}{' '}
        {failcnt > 1 && w.limitOften(failcnt)}
      </p>
      <p className="sub">
        {w.limitMeans(memcg, outside)} {free !== undefined && w.limitFree(pages(free))}
      </p>
      {below.length > 0 && (
        <Parts
          head={[w.groupBelow, w.groupUses, 'memory.max']}
          rows={below.map(({ path, usage, max: most }) => ({
            name: <span className="mono">{path}</span>,
            cells: [int(usage), most === null ? 'max' : int(most)],
            key: path,
            onPointerEnter: () => hoverGroup(path),
            onPointerLeave: () => hoverGroup(memcg),
          }))}
        />
      )}
    </section>
  );
}

interface PartsProps {
  head: readonly string[];
  rows: readonly ({ name: ReactNode; cells: readonly string[]; key: string } & Pick<
    ComponentProps<'tr'>,
    'onPointerEnter' | 'onPointerLeave'
  >)[];
}

/** What a domain consists of, a row for each: a name and its numbers. */
function Parts({ head, rows }: PartsProps) {
  return (
    <table className="ki-nodes">
      <thead>
        <tr>
          {head.map((name, i) => (
            <th key={name} className={i === 0 ? 'l' : undefined} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ key, name, cells, ...pointer }) => (
          <tr key={key} {...pointer}>
            <th className="l" scope="row">
              {name}
            </th>
            {cells.map((cell, i) => (
              <td key={head[i + 1]}>{cell}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Nodes that a request could not have memory from, beside those that it could. */
function Nodes({ record, nodes }: { record: OomRecord; nodes: number[] }) {
  const { zones, constraint } = record;
  const all = [...new Set(zones?.map((z) => z.node))];
  const sum = (node: number, of: 'managed' | 'free' | 'min'): number =>
    zones?.reduce((n, z) => n + (z.node === node ? z[of] : 0), 0) ?? 0;
  const cpuset = constraint === 'CONSTRAINT_CPUSET';
  const left = record.walk.filter((c) => c.skip === 'cpuset').length;
  return (
    <section className="ki-domain" data-region="oom-nodes" aria-label={w.nodes(nodes)}>
      <div className="hd ki-hd">
        <h2>{w.nodes(nodes)}</h2>
        <code className="mut">{constraint}</code>
      </div>
      <p className="sub">
        {cpuset ? w.nodesCpuset(record.invokerComm) : w.nodesPolicy(record.invokerComm)} {w.nodesLeft(left)}
      </p>
      {all.length > 0 && (
        <Parts
          head={[w.node, w.nodeFree, 'min', w.nodeManaged, w.nodeAllowed]}
          rows={all.map((node) => ({
            name: node,
            cells: [
              int(sum(node, 'free')),
              int(sum(node, 'min')),
              int(sum(node, 'managed')),
              nodes.includes(node) ? w.nodeYes : w.nodeNo,
            ],
            key: String(node),
          }))}
        />
      )}
    </section>
  );
}

/** Those that died with the chosen one, because their group dies as a whole. */
function Together({ kill: { record, victims }, path }: { kill: KillReport; path: string }) {
  const procs = useShown((f) => f.procs, NO_PROCS);
  const held = (pid: number): number => {
    const task = record.tasks?.find((t) => t.pid === pid);
    return task ? task.rss + task.swapents : 0;
  };
  const spared = record.walk.filter((c) => c.skip === 'oom_score_adj');
  return (
    <section className="ki-domain" data-region="oom-group" aria-label={w.together(path)}>
      <div className="hd ki-hd">
        <h2>{w.together(path)}</h2>
        <code className="mut">memory.oom.group</code>
      </div>
      <p className="sub">
        {w.togetherMeans(victims.length)} {spared.length > 0 && w.togetherSpared(spared.map((c) => c.comm).join(', '))}
      </p>
      <ul className="ki-victims">
        {victims.map(({ pid, comm }) => (
          <PointedAt key={pid} pid={pid}>
            <Chip proc={{ comm, chip: procs.find((p) => p.pid === pid)?.chip ?? 0 }} /> <s>{comm}</s>{' '}
            <span className="mut">{pid}</span>
            {record.tasks && (
              <Fragment>
                {' '}
                <span>{pages(held(pid))}</span>
              </Fragment>
            )}{' '}
            {pid === record.chosen && <b className="red">{w.chosen}</b>}
          </PointedAt>
        ))}
      </ul>
    </section>
  );
}
