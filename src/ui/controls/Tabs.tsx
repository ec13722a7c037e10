/**
 * Tabs by the ARIA pattern: one stop of the Tab key, arrows choose. Written here because a library's tabs bring its
 * whole machinery of collections into the first load.
 */
import { type CSSProperties, createContext, type KeyboardEvent, type ReactNode, useContext, useId } from 'react';

interface Chosen {
  base: string;
  selected: string;
  select: (id: string) => void;
}

const TabsContext = createContext<Chosen>({ base: '', selected: '', select: () => {} });

interface TabsProps<Id extends string> {
  selected: Id;
  onSelect: (id: Id) => void;
  className?: string;
  style?: CSSProperties;
  children: ReactNode;
  'data-region'?: string;
  'data-phone'?: string;
}

export function Tabs<Id extends string>({ selected, onSelect, children, ...rest }: TabsProps<Id>) {
  const base = useId();
  const select = onSelect as (id: string) => void;
  return (
    <TabsContext value={{ base, selected, select }}>
      <div {...rest}>{children}</div>
    </TabsContext>
  );
}

/** Where the keys of a list of tabs lead: a step on or back around the ends, or to an end; -1 = nowhere. */
export function tabKey(key: string, at: number, count: number): number {
  if (key === 'ArrowRight' || key === 'ArrowDown') return (at + 1) % count;
  if (key === 'ArrowLeft' || key === 'ArrowUp') return (at + count - 1) % count;
  if (key === 'Home') return 0;
  return key === 'End' ? count - 1 : -1;
}

export function TabList({ label, className, children }: { label: string; className: string; children: ReactNode }) {
  function onKey(e: KeyboardEvent<HTMLElement>) {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    const tabs = [...e.currentTarget.querySelectorAll<HTMLElement>('[role="tab"]')];
    const to = tabs[tabKey(e.key, tabs.indexOf(e.target as HTMLElement), tabs.length)];
    if (!to) return;
    e.preventDefault();
    to.focus();
    to.click();
  }
  return (
    <div role="tablist" aria-label={label} className={className} tabIndex={-1} onKeyDown={onKey}>
      {children}
    </div>
  );
}

export function Tab({ id, children }: { id: string; children: ReactNode }) {
  const { base, selected, select } = useContext(TabsContext);
  const on = id === selected;
  return (
    <button
      type="button"
      role="tab"
      id={`${base}-tab-${id}`}
      aria-selected={on}
      aria-controls={on ? `${base}-panel-${id}` : undefined}
      tabIndex={on ? 0 : -1}
      onClick={() => select(id)}
    >
      {children}
    </button>
  );
}

/** Its children are on the page while it is the chosen one. */
export function TabPanel({ id, className, children }: { id: string; className?: string; children: ReactNode }) {
  const { base, selected } = useContext(TabsContext);
  if (id !== selected) return null;
  return (
    <div role="tabpanel" id={`${base}-panel-${id}`} aria-labelledby={`${base}-tab-${id}`} className={className}>
      {children}
    </div>
  );
}
