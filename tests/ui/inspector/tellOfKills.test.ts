import { afterEach, beforeEach, expect, test } from 'vitest';
import { closeInspector, openInspector, tellOfKills } from '../../../src/actions/inspector';
import { noticeStore, runStore } from '../../../src/store';
import { fixtureFrame } from '../../fixtures/frame';
import { firstKill } from './kill';

const kill = firstKill('crazy-allocator');
const victim = kill.victims[0];
const texts = () => noticeStore.getState().notices.map((n) => n.text);
/** The machine has come from just before the kill to just after it, and has this state there. */
function arrive(status: 'running' | 'paused'): void {
  runStore.setState({ frame: fixtureFrame({ t: kill.decided - 1e6, status: 'running' }), kills: [] });
  runStore.setState({ frame: fixtureFrame({ t: kill.decided, status }), kills: [kill] });
}
let end = (): void => {};

beforeEach(() => {
  noticeStore.setState({ notices: [] });
  end = tellOfKills();
});
afterEach(() => {
  end();
  document.body.replaceChildren();
});

test('a kill that the machine runs past is told, with the way to its reasons', () => {
  arrive('running');
  expect(texts()).toEqual([expect.stringContaining(`${victim.comm} (${victim.pid}) was killed`)]);
  expect(noticeStore.getState().notices[0].action?.label).toBe('Why?');
});

test('a kill at which it stops is not told over a screen whose list says so', () => {
  document.body.innerHTML = '<section data-region="processes"></section>';
  arrive('paused');
  expect(texts()).toEqual([]);
});

test('a kill at which it stops is told where neither list nor dock is shown', () => {
  arrive('paused');
  expect(texts()).toHaveLength(1);
});

test('the message goes when the head goes back before the kill', () => {
  arrive('running');
  runStore.setState({ frame: fixtureFrame({ t: kill.decided + 1e6, status: 'paused' }) });
  expect(texts()).toHaveLength(1);
  runStore.setState({ frame: fixtureFrame({ t: kill.decided - 1, status: 'paused' }) });
  expect(texts()).toEqual([]);
});

test('closed, the inspector gives the focus to Run when what opened it is gone', () => {
  document.body.innerHTML = '<button class="run">Run</button><button id="why">Why?</button>';
  runStore.setState({ kills: [kill] });
  const why = document.querySelector<HTMLElement>('#why');
  why?.focus();
  openInspector(kill.record.t);
  why?.remove();
  closeInspector();
  expect(document.activeElement).toBe(document.querySelector('.run'));
});
