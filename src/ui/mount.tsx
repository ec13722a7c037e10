import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import '../styles/index.css';
import { boot } from '../actions/boot';
import type { MachinePort } from '../actions/lab';
import { App } from './App';
import { loadParts } from './controls/part';

/** Puts the page into `#root` and connects it to a machine. */
export function mount(machine: MachinePort): void {
  const root = document.getElementById('root');
  if (!root) throw new Error('the page has no #root');
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
  void boot(machine).then(loadParts);
}
