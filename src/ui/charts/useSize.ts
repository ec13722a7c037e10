import { type RefObject, useLayoutEffect, useRef, useState } from 'react';

/** Size of an element's content in CSS px, followed. Zero until it is known. */
export function useSize<T extends Element>(): [RefObject<T | null>, { width: number; height: number }] {
  const ref = useRef<T>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return;
    const take = (width: number, height: number) =>
      setSize((old) => (old.width === width && old.height === height ? old : { width, height }));
    const box = element.getBoundingClientRect();
    take(Math.floor(box.width), Math.floor(box.height));
    const observer = new ResizeObserver((entries) => {
      const { width, height } = entries[entries.length - 1].contentRect;
      take(Math.floor(width), Math.floor(height));
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, size];
}
