import { beforeEach, describe, expect, it, vi } from 'vitest';
import { acceptDrops, openDropped } from '../../src/actions/drop';
import { connectMachine } from '../../src/actions/lab';
import { DEFAULT_SCENARIO } from '../../src/scenario/builtin';
import { noticeStore } from '../../src/store';
import { fixtureFrame } from '../fixtures/frame';
import { type FakeMachine, fakeMachine } from '../fixtures/port';

const explain = vi.hoisted(() => vi.fn(async () => {}));
vi.mock('../../src/actions/postmortem', () => ({ explain }));

let machine: FakeMachine;
const opened = () => machine.requests.filter((r) => r.type === 'open').length;
const notices = () => noticeStore.getState().notices.map((n) => n.text);
const named = (name: string, text: string) => new File([text], name);

beforeEach(() => {
  explain.mockClear();
  noticeStore.setState({ notices: [] });
  machine = fakeMachine(fixtureFrame());
  connectMachine(machine);
});

describe('a file that is dropped', () => {
  it('is opened when it is a scenario, whatever it is called', async () => {
    await openDropped(named('x.json', JSON.stringify(DEFAULT_SCENARIO)));
    await openDropped(named('x.txt', JSON.stringify(DEFAULT_SCENARIO)));
    expect([opened(), explain.mock.calls.length]).toEqual([2, 0]);
  });
  it('is read as a log when a log store has exported it as JSON', async () => {
    const record = JSON.stringify({ PRIORITY: '4', MESSAGE: 'loader invoked oom-killer: gfp_mask=0x140dca, order=0' });
    await openDropped(named('journal.txt', `${record}\n${record}\n`));
    await openDropped(named('export.json', `[${record}]`));
    expect([opened(), explain.mock.calls.length, notices()]).toEqual([0, 2, []]);
  });
  it('is a scenario still when its text speaks of the OOM killer', async () => {
    const about = 'Out of memory: see who is killed';
    await openDropped(named('x.json', JSON.stringify({ ...DEFAULT_SCENARIO, about })));
    expect([opened(), explain.mock.calls.length]).toEqual([1, 0]);
  });
  it('and cannot be read, as a folder cannot, is told', async () => {
    const folder = named('things', '');
    folder.slice = () => {
      throw new DOMException('A requested file or directory could not be found', 'NotFoundError');
    };
    await openDropped(folder);
    expect(notices()).toEqual(['things could not be read: it is a folder, or it has been moved or changed.']);
  });
  it('with others is opened alone, and that is told', async () => {
    acceptDrops();
    const files = [named('a.json', JSON.stringify(DEFAULT_SCENARIO)), named('b.json', '{}')];
    const event = new Event('drop', { cancelable: true });
    Object.assign(event, { dataTransfer: { types: ['Files'], files } });
    window.dispatchEvent(event);
    await vi.waitFor(() => expect(opened()).toBe(1));
    expect(notices()).toEqual(['Only a.json was opened: one file at a time.']);
  });
});
