import { beforeEach, describe, expect, it } from 'vitest';
import { connectMachine, redo, undo } from '../../src/actions/lab';
import { DEFAULT_SCENARIO } from '../../src/scenario/builtin';
import { sessionOf } from '../../src/scenario/schema';
import { beginHistory, historyStore, recordCommand } from '../../src/store';
import { fixtureFrame } from '../fixtures/frame';
import { type FakeMachine, fakeMachine } from '../fixtures/port';

let machine: FakeMachine;
const command = (value: number) => ({ op: 'sysctl', name: 'vm.swappiness', value: String(value) }) as const;
const rewritten = () => machine.requests.flatMap((r) => (r.type === 'rewrite' ? [r.commands.length] : []));
const done = () => historyStore.getState().commands.length;

beforeEach(() => {
  machine = fakeMachine(fixtureFrame());
  connectMachine(machine);
  beginHistory(sessionOf(DEFAULT_SCENARIO));
  for (const t of [1e9, 2e9, 3e9]) recordCommand(t, command(t / 1e9));
});

describe('undo', () => {
  it('pressed again before the machine has answered takes back one command more, not the same one twice', async () => {
    await Promise.all([undo(), undo()]);
    expect(rewritten()).toEqual([2, 1]);
    expect(done()).toBe(1);
    await Promise.all([redo(), redo(), undo()]);
    expect(rewritten()).toEqual([2, 1, 2, 3, 2]);
    expect(done()).toBe(2);
  });
  it('that the machine refuses leaves what was done as it was, and the next one goes through', async () => {
    machine.refuse('rewrite', { code: 'no_machine', params: {} });
    expect(await Promise.all([undo(), undo()])).toEqual([false, false]);
    expect(done()).toBe(3);
  });
});
