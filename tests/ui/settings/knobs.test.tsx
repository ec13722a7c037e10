import { act, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, test } from 'vitest';
import { connectMachine } from '../../../src/actions/lab';
import { clearRun, receiveFrame } from '../../../src/store';
import { KnobRow } from '../../../src/ui/settings/KnobRow';
import { KernelChoice } from '../../../src/ui/topbar/KernelChoice';
import { fixtureFrame } from '../../fixtures/frame';
import { type FakeMachine, fakeMachine } from '../../fixtures/port';

const THP = '/sys/kernel/mm/transparent_hugepage/enabled';
let machine: FakeMachine;
const commands = () => machine.requests.flatMap((r) => (r.type === 'command' ? [r.command] : []));

function show(sysctl: Record<string, string>): void {
  const frame = { ...fixtureFrame(), sysctl };
  machine = fakeMachine(frame);
  connectMachine(machine);
  act(() => receiveFrame(frame));
}
const row = (boot: string) =>
  render(<KnobRow knob={{ name: THP, group: 'huge', effect: 'What it does.' }} boot={boot} />);

beforeEach(() => clearRun());

describe('a file that lists all its values, the present one in brackets', () => {
  test('is a choice among them, and writes the one that is chosen, without brackets', async () => {
    show({ [THP]: 'always [madvise] never' });
    row('always [madvise] never');
    const choice = screen.getByRole('combobox', { name: THP });
    expect([...choice.querySelectorAll('option')].map((o) => o.textContent)).toEqual(['always', 'madvise', 'never']);
    expect(choice).toHaveValue('madvise');
    await userEvent.selectOptions(choice, 'never');
    expect(commands()).toEqual([{ op: 'sysctl', name: THP, value: 'never' }]);
  });
  test('is changed when another value is in brackets than at boot, and can be set back to that', async () => {
    show({ [THP]: 'always madvise [never]' });
    const { container } = row('[always] madvise never');
    expect(container.querySelector('[data-changed]')).not.toBeNull();
    await userEvent.click(screen.getByRole('button', { name: /always/ }));
    expect(commands()).toEqual([{ op: 'sysctl', name: THP, value: 'always' }]);
  });
  test('is not changed while the same one is', () => {
    show({ [THP]: '[always] madvise never' });
    const { container } = row('[always] madvise never');
    expect(container.querySelector('[data-changed]')).toBeNull();
  });
});

test('the rules of another year are a command, and each choice says what its value means', async () => {
  show({});
  render(<KernelChoice />);
  const rules = screen.getByRole('combobox', { name: 'OOM rules' });
  expect(rules).toHaveAccessibleDescription(/Size and adj decide/);
  await userEvent.selectOptions(rules, '3.10');
  expect(commands()).toEqual([{ op: 'oom_rules', name: '3.10' }]);
  expect(screen.getByRole('combobox', { name: 'Kernel' })).toHaveAccessibleDescription(/memory management/);
});
