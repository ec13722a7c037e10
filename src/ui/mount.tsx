import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import '../styles/index.css';
import { boot } from '../actions/boot';
import type { MachinePort } from '../actions/lab';
import { App } from './App';

/** Puts the page into `#root` and connects it to a machine. */
export function mount(machine: MachinePort): void {
  // The library that handles presses would add a style element with this id, which the content security policy refuses.
  // Its one rule is in base.css, and an element with the id keeps it from trying.
  const placeholder = document.createElement('meta');
  placeholder.id = 'react-aria-pressable-style';
  document.head.append(placeholder);

  const root = document.getElementById('root');
  if (!root) throw new Error('the page has no #root');
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
  void boot(machine);
}
