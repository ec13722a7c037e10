import { act, render, screen } from '@testing-library/react';
import axe from 'axe-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { connectMachine } from '../../src/actions/lab';
import { clearRun, receiveFrame, runStore } from '../../src/store';
import { App } from '../../src/ui/App';
import { fixtureFrame } from '../fixtures/frame';
import { fakeMachine } from '../fixtures/port';

beforeEach(() => {
  clearRun();
  connectMachine(fakeMachine(fixtureFrame()));
});

const lab = () => document.querySelector('[data-region="lab"]');

describe('the lab', () => {
  it('has all its regions', () => {
    act(() => receiveFrame(fixtureFrame()));
    render(<App />);
    for (const region of [
      'top-bar',
      'processes',
      'memory-pyramid',
      'allocation-path',
      'who-dies-next',
      'timeline',
      'log',
    ]) {
      expect(document.querySelector(`[data-region="${region}"]`), region).not.toBeNull();
    }
  });
  it('can be drawn before the machine has said anything', () => {
    render(<App />);
    expect(screen.getByRole('button', { name: 'Run' })).toBeVisible();
  });
  it('carries the hash of what it shows, and none while it runs', () => {
    act(() => receiveFrame(fixtureFrame({ stateHash: 'abc', status: 'paused' })));
    render(<App />);
    expect(lab()).toHaveAttribute('data-state-hash', 'abc');
    act(() => receiveFrame(fixtureFrame({ stateHash: '', status: 'running' })));
    expect(lab()).toHaveAttribute('data-state-hash', '');
  });
  it('says when the worker died', () => {
    render(<App />);
    act(() => runStore.setState({ fatal: 'out of memory' }));
    expect(screen.getByText('The machine stopped working: out of memory')).toBeVisible();
  });
  it('has names, roles and landmarks that axe finds nothing wrong with', async () => {
    act(() => receiveFrame(fixtureFrame()));
    const { container } = render(<App />);
    // Colours and sizes need a layout: the browser tests look at those.
    const { violations } = await axe.run(container, {
      rules: { 'color-contrast': { enabled: false }, region: { enabled: false } },
    });
    expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(' ')}`)).toEqual([]);
  });
});
