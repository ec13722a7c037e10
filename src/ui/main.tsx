import { createRoot } from 'react-dom/client';
import '../styles/tokens.css';
import '../styles/base.css';
import '../styles/layout.css';
import { followReducedMotion, preferredTheme, setTheme, settingsStore } from '../store';
import { App } from './App';

// The library that handles presses would add a style element with this id; the content security policy refuses those.
// Its one rule is in base.css, and an element with the id keeps it from trying.
const placeholder = document.createElement('meta');
placeholder.id = 'react-aria-pressable-style';
document.head.append(placeholder);

settingsStore.subscribe(({ theme }) => {
  document.documentElement.dataset.theme = theme;
});
setTheme(preferredTheme(), false);
followReducedMotion();

const root = document.getElementById('root');
if (root) createRoot(root).render(<App />);
