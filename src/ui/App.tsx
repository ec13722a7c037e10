import { lazy, type ReactNode, Suspense, useEffect, useRef } from 'react';
import { closeCompare, closePostMortem } from '../actions/screen';
import { t } from '../i18n';
import { notify, useSettings } from '../store';
import { Shell } from './Shell';

/** Loaded when it is first asked for: most visits are to the lab. */
const PostMortem = lazy<() => ReactNode>(() =>
  import('./postmortem/PostMortem').catch((error: Error) => {
    notify(t('nav.postmortem.failed', { why: error.message }), true);
    closePostMortem();
    return { default: () => null };
  }),
);

const Compare = lazy<() => ReactNode>(() =>
  import('./compare/Compare').catch((error: Error) => {
    notify(t('nav.compare.failed', { why: error.message }), true);
    closeCompare();
    return { default: () => null };
  }),
);

/** The page: the lab, or another screen in its place. The machine lives in its worker, whichever is shown. */
export function App() {
  const screen = useSettings((s) => s.screen);
  const before = useRef(screen);
  // Back from another screen, what had the focus is gone; whoever comes by keyboard goes on at Run.
  useEffect(() => {
    const back = screen === 'lab' && before.current !== 'lab';
    before.current = screen;
    if (back && document.activeElement === document.body) document.querySelector<HTMLElement>('.run')?.focus();
  }, [screen]);
  if (screen === 'lab') return <Shell />;
  return <Suspense fallback={null}>{screen === 'postmortem' ? <PostMortem /> : <Compare />}</Suspense>;
}
