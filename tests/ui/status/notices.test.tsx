import { act, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { dismiss, noticeStore, notify } from '../../../src/store';
import { Notices } from '../../../src/ui/status/Notices';

beforeEach(() => {
  vi.useFakeTimers();
  noticeStore.setState({ notices: [], held: null });
});
afterEach(() => vi.useRealTimers());

const wait = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));

test('a message goes by itself, but not while the focus is on it', async () => {
  render(<Notices />);
  act(() => void notify('Something happened.', false, { label: 'Why?', run: () => {} }));
  act(() => screen.getByRole('button', { name: 'Why?' }).focus());
  await wait(60_000);
  expect(screen.getByText('Something happened.')).toBeVisible();
  act(() => screen.getByRole('button', { name: 'Why?' }).blur());
  await wait(1000);
  expect(screen.queryByText('Something happened.')).toBeNull();
});

test('one that is closed while it is held does not hold the next', async () => {
  render(<Notices />);
  act(() => void notify('First.'));
  const [{ id }] = noticeStore.getState().notices;
  act(() => noticeStore.setState({ held: id }));
  act(() => dismiss(id));
  act(() => void notify('Second.'));
  await wait(60_000);
  expect(screen.queryByText('Second.')).toBeNull();
});
