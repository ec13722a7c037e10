import { beforeEach, describe, expect, test } from 'vitest';
import { beginHistory, historyStore, moveInHistory, nextInHistory, recordCommand, recordReset } from '../../src/store';
import type { Command } from '../../src/worker/protocol';

const adj = (value: number): Command => ({ op: 'oom_score_adj', pid: 7, value });
const swappiness = (value: string): Command => ({ op: 'sysctl', name: 'vm.swappiness', value });
const commands = () => historyStore.getState().commands.map((c) => c.command);

beforeEach(() => beginHistory({ format: 'oomlab/session@1', scenario: 'x', seed: 1, commands: [] }));

describe('what was done', () => {
  test('can be undone and done again, one command at a time', () => {
    recordCommand(5, adj(1));
    recordCommand(9, swappiness('0'));
    moveInHistory(true);
    expect(commands()).toEqual([adj(1)]);
    moveInHistory(true);
    expect(commands()).toEqual([]);
    expect(nextInHistory(true)).toBeNull();
    moveInHistory(false);
    moveInHistory(false);
    expect(commands()).toEqual([adj(1), swappiness('0')]);
    expect(nextInHistory(false)).toBeNull();
  });
  test('is one step for a slider that is dragged while the machine stands still, and two for two moments', () => {
    for (const value of [10, 20, 30]) recordCommand(5, adj(value));
    recordCommand(6, adj(40));
    expect(historyStore.getState().past).toHaveLength(2);
    moveInHistory(true);
    expect(commands().at(-1)).toEqual(adj(30));
    moveInHistory(true);
    expect(commands()).toEqual([]);
  });
  test('is one step for two writes to one file of a group at one moment, and two for two files', () => {
    const write = (file: string, value: string): Command => ({ op: 'cgroup_write', path: '/web', file, value });
    recordCommand(5, write('memory.max', '64M'));
    recordCommand(5, write('memory.max', '96M'));
    recordCommand(5, write('memory.low', '96M'));
    expect(historyStore.getState().past).toHaveLength(2);
  });
  test('loses what lay after a command in the past, and gets it back with undo', () => {
    recordCommand(5, adj(1));
    recordCommand(50, swappiness('0'));
    recordCommand(20, adj(2));
    expect(commands()).toEqual([adj(1), adj(2)]);
    moveInHistory(true);
    expect(commands()).toEqual([adj(1), swappiness('0')]);
  });
  test('a reset drops all commands, and undo brings them back', () => {
    recordCommand(5, adj(1));
    recordReset();
    expect(commands()).toEqual([]);
    moveInHistory(true);
    expect(commands()).toEqual([adj(1)]);
  });
  test('a new command ends what could be done again', () => {
    recordCommand(5, adj(1));
    moveInHistory(true);
    recordCommand(5, adj(2));
    expect(nextInHistory(false)).toBeNull();
  });
});
