/** How much larger an element is drawn than its own CSS pixels say: what `zoom` does when presenting. */
export const zoomOf = (element: Element): number =>
  (element as Element & { currentCSSZoom?: number }).currentCSSZoom ?? 1;
