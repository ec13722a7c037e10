import { type RefObject, useLayoutEffect, useRef } from 'react';
import { settingsStore } from '../../store';

const DURATION_MS = 240;

/** Lets the children of a list slide to their new places when `order` changes. */
export function useFlip(list: RefObject<HTMLElement | null>, order: string): void {
  const tops = useRef(new Map<Element, number>());
  // biome-ignore lint/correctness/useExhaustiveDependencies: the order is what moves the children
  useLayoutEffect(() => {
    const before = tops.current;
    const now = new Map<Element, number>();
    for (const child of list.current?.children ?? []) {
      const top = (child as HTMLElement).offsetTop;
      now.set(child, top);
      const was = before.get(child);
      if (was === undefined || was === top || settingsStore.getState().reducedMotion) continue;
      child.animate?.([{ transform: `translateY(${was - top}px)` }, { transform: 'none' }], {
        duration: DURATION_MS,
        easing: 'cubic-bezier(0.2, 0.7, 0.2, 1)',
      });
    }
    tops.current = now;
  }, [order]);
}
