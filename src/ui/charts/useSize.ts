import { type RefObject, useLayoutEffect, useRef, useState } from 'react';
import { zoomOf } from './zoom';

/** Size of an element with its padding in CSS px, followed. Zero until it is known. */
export function useSize<T extends Element>(): [RefObject<T | null>, { width: number; height: number }] {
  const ref = useRef<T>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return;
    const take = (width: number, height: number) =>
      setSize((old) => (old.width === width && old.height === height ? old : { width, height }));
    const measure = () => {
      const box = element.getBoundingClientRect();
      const zoom = zoomOf(element);
      take(Math.floor(box.width / zoom), Math.floor(box.height / zoom));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, size];
}
