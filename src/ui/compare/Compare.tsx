import { useEffect, useState } from 'react';
import { Button } from 'react-aria-components';
import { useStore } from 'zustand/react';
import { useShallow } from 'zustand/react/shallow';
import {
  openBranches,
  openSide,
  runToKill,
  seekBoth,
  setBothSpeed,
  startCompare,
  toggleBoth,
} from '../../actions/compare';
import { listScenarios } from '../../actions/scenarios';
import { closeCompare } from '../../actions/screen';
import { compareWords as w } from '../../i18n/en-compare';
import { refusalText } from '../../i18n/errors';
import { RefusalError } from '../../machine/commands';
import { runStore, useRun } from '../../store';
import { bothOpen, compareStore, type SideIndex, type SideState } from '../../store/compare';
import { Patterns } from '../charts/Patterns';
import { IconButton } from '../controls/IconButton';
import { Icon, Mark } from '../controls/Icons';
import { useMedia } from '../controls/useMedia';
import { clock, seconds } from '../format';
import { useNames } from '../futures/names';
import { futureWords } from '../futures/words';
import { Legend } from '../hero/Legend';
import { Notices } from '../status/Notices';
import './compare.css';
import { Figures } from './Figures';
import { Lanes } from './Lanes';
import { Kills, Ranking, Strata } from './Side';

const SPEEDS = [0.01, 0.05, 0.1, 0.5, 1, 2, 5];
const SIDES: readonly SideIndex[] = [0, 1];

/** Two machines side by side, in lock step. */
export default function Compare() {
  const [problem, setProblem] = useState('');
  const told = (opening: Promise<void>): void => {
    setProblem('');
    opening.catch((error: unknown) => {
      if (!(error instanceof RefusalError)) throw error;
      setProblem(w.failed(refusalText(error.refusal)));
    });
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: the two workers live as long as the screen
  useEffect(() => {
    const end = startCompare();
    let begun = false;
    const begin = (): void => {
      if (begun || runStore.getState().branches.length === 0) return;
      begun = true;
      told(openBranches());
    };
    begin();
    const stop = runStore.subscribe(begin);
    return () => {
      stop();
      end();
    };
  }, []);
  const sides = useStore(compareStore, (s) => s.sides);
  return (
    <div className="cmp" data-region="compare">
      <Patterns />
      <Bar />
      <main className="cmp-main">
        <h1 className="vh">{w.heading}</h1>
        {problem && <p className="error">{problem}</p>}
        <Note sides={sides} />
        <div className="cmp-sides">
          {SIDES.map((i) => (
            <Machine key={i} i={i} onOpen={(source) => told(openSide(i, source))} />
          ))}
        </div>
        <div className="cmp-both">
          <Lanes sides={sides} />
          <Figures sides={sides} />
        </div>
        <Legend />
      </main>
      <Notices />
    </div>
  );
}

/** What has to be known to read the two. */
function Note({ sides }: { sides: readonly SideState[] }) {
  const t = useStore(compareStore, (s) => s.t);
  if (sides.some(({ frame }) => frame?.status === 'seeking')) return <p className="sub">{w.onTheWay(seconds(t))}</p>;
  return sides[0].source === sides[1].source && <p className="sub">{w.alike}</p>;
}

function Bar() {
  const { t, running, speed } = useStore(
    compareStore,
    useShallow((s) => ({ t: s.t, running: s.running, speed: s.speed })),
  );
  const known = useStore(compareStore, (s) => Math.max(s.t, ...s.sides.map((side) => side.frame?.known ?? 0)));
  // Two machines of which one is not there yet cannot be led in lock step.
  const ready = useStore(compareStore, (s) => bothOpen(s.sides));
  const narrow = useMedia('(max-width: 900px)');
  const { main, rest } = clock(t);
  const back = (
    <Button className="btn touch" aria-label={w.back} onPress={closeCompare}>
      {w.backShort}
    </Button>
  );
  return (
    <header className="lab-top bar cmp-bar" data-region="top-bar">
      <span className="mark">
        <Mark />
        {w.title}
      </span>
      <span className="grow" />
      {narrow && back}
      <IconButton icon="reset" label={w.reset} isDisabled={!ready} onPress={() => void seekBoth(0)} />
      <Button className="btn solid run" isDisabled={!ready} onPress={toggleBoth}>
        <Icon name={running ? 'pause' : 'play'} />
        {running ? w.pause : w.run}
      </Button>
      <Button className="btn soft" isDisabled={!ready} onPress={() => void runToKill()}>
        {w.toKill}
      </Button>
      <label className="cmp-speed">
        {w.speed}{' '}
        <select className="field" value={speed} onChange={(e) => setBothSpeed(Number(e.currentTarget.value))}>
          {SPEEDS.map((x) => (
            <option key={x} value={x}>
              {w.speedValue(x)}
            </option>
          ))}
        </select>
      </label>
      <input
        className="range cmp-scrub"
        type="range"
        min={0}
        max={Math.max(1, Math.ceil(known / 1e6))}
        value={Math.round(t / 1e6)}
        disabled={!ready}
        aria-label={w.moment}
        aria-valuetext={w.momentValue(seconds(t))}
        onChange={(e) => void seekBoth(Number(e.currentTarget.value) * 1e6)}
      />
      <span className="clock mono">
        <b>{main}</b>
        <small>{rest} s</small>
      </span>
      {!narrow && <span className="grow" />}
      {!narrow && back}
    </header>
  );
}

function Machine({ i, onOpen }: { i: SideIndex; onOpen: (source: string) => void }) {
  const sides = useStore(compareStore, (s) => s.sides);
  const side: SideState = sides[i];
  const other = sides[1 - i];
  const { frame } = side;
  return (
    <section className="cmp-side" aria-label={w.source(w.side[i])}>
      <div className="cmp-head">
        <b className="cmp-letter" aria-hidden="true">
          {w.side[i]}
        </b>
        <Source i={i} source={side.source} onOpen={onOpen} />
        {frame?.panic && <span className="st dead">✕ {w.panic}</span>}
      </div>
      {side.fatal && <p className="error">{w.dead(side.fatal)}</p>}
      {frame ? (
        <>
          <Strata
            letter={w.side[i]}
            frame={frame}
            scale={Math.max(frame.machine.present, other.frame?.machine.present ?? 0)}
          />
          <Kills side={side} other={other} />
          <Ranking letter={w.side[i]} frame={frame} other={other.frame} />
        </>
      ) : (
        <p className="sub">{w.opening}</p>
      )}
    </section>
  );
}

/** Which machine it is: a future of the open one, or one from the menu. */
function Source({ i, source, onOpen }: { i: SideIndex; source: string; onOpen: (source: string) => void }) {
  const branches = useRun((s) => s.branches);
  const nameOf = useNames();
  return (
    <select
      className="field cmp-source"
      aria-label={w.source(w.side[i])}
      value={source}
      onChange={(e) => onOpen(e.currentTarget.value)}
    >
      <optgroup label={w.futures}>
        {branches.map((b, at) => (
          <option key={b.id} value={`branch:${b.id}`}>
            {`${at + 1}/${branches.length} ${futureWords(b, nameOf)}`}
          </option>
        ))}
      </optgroup>
      <optgroup label={w.scenarios}>
        {listScenarios().map(({ id, title }) => (
          <option key={id} value={`scenario:${id}`}>
            {title}
          </option>
        ))}
      </optgroup>
    </select>
  );
}
