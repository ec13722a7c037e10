/** The page's few icons; decoration only, the control around them has the name. */
const PATHS = {
  play: 'M3 1.5v11l9-5.5z',
  pause: 'M2.5 1.5h3.2v11H2.5zM8.3 1.5h3.2v11H8.3z',
  step: 'M2 2v10l7-5zM10 2h2v10h-2z',
  back: 'M12 2v10L5 7zM2 2h2v10H2z',
  reset: 'M7 2.2A4.9 4.9 0 1 0 11.9 7h-1.7A3.2 3.2 0 1 1 7 3.9V6l4-3-4-3z',
  down: 'M2.5 4.5L7 9l4.5-4.5 1 1L7 11 1.5 5.5z',
  cross: 'M2.6 1.2L7 5.6l4.4-4.4 1.4 1.4L8.4 7l4.4 4.4-1.4 1.4L7 8.4l-4.4 4.4-1.4-1.4L5.6 7 1.2 2.6z',
  dots: 'M2.5 5.6a1.4 1.4 0 1 1 0 2.8 1.4 1.4 0 0 1 0-2.8zm4.5 0a1.4 1.4 0 1 1 0 2.8 1.4 1.4 0 0 1 0-2.8zm4.5 0a1.4 1.4 0 1 1 0 2.8 1.4 1.4 0 0 1 0-2.8z',
  sun: 'M6.2 0h1.6v2.2H6.2zM6.2 11.8h1.6V14H6.2zM0 6.2h2.2v1.6H0zM11.8 6.2H14v1.6h-2.2zM1.5 2.6l1.1-1.1 1.6 1.6-1.1 1.1zM9.8 10.9l1.1-1.1 1.6 1.6-1.1 1.1zM2.6 12.5l-1.1-1.1 1.6-1.6 1.1 1.1zM10.9 4.2L9.8 3.1l1.6-1.6 1.1 1.1zM7 3.8a3.2 3.2 0 1 1 0 6.4 3.2 3.2 0 0 1 0-6.4z',
  moon: 'M5.2.9A6.2 6.2 0 1 0 13.1 8.8 5.2 5.2 0 0 1 5.2.9z',
  knobs:
    'M1 2.6h4.2a1.9 1.9 0 0 1 3.6 0H13v1.5H8.8a1.9 1.9 0 0 1-3.6 0H1zM1 9.9h1.2a1.9 1.9 0 0 1 3.6 0H13v1.5H5.8a1.9 1.9 0 0 1-3.6 0H1z',
  undo: 'M5.200 1.200v3.100h3.300a4.200 4.200 0 0 1 0 8.400H4v-1.700h4.500a2.500 2.500 0 0 0 0-5H5.200v3.100L.800 5.200z',
  present: 'M0 1h14v9.500H8v1.500h2.500v1.500h-7V12H6v-1.500H0zM1.600 2.600v6.300h10.800V2.600z',
  share: 'M7 0l3.6 3.6-1.1 1.1L7.8 3v6.2H6.2V3L4.5 4.7 3.4 3.6zM1.5 7h1.6v5h7.8V7h1.6v6.6h-11z',
  report: 'M2 0h10v14H2zM3.6 1.6v10.8h6.8V1.6zM4.8 3.6h4.4V5H4.8zM4.8 6.3h4.4v1.4H4.8zM4.8 9h4.4v1.4H4.8z',
  compare: 'M1 1h5v12H1zM2.600 2.600v8.800h1.800V2.600zM8 1h5v12H8zM9.600 2.600v8.800h1.800V2.600z',
  help: 'M4 4.6C4 2.8 5.3 1.6 7.1 1.6S10.200 2.700 10.200 4.300c0 1.300-.7 1.900-1.500 2.500-.7.5-.9.8-.9 1.500v.6H6.100v-.8c0-1.200.6-1.800 1.400-2.400.6-.5.9-.8.9-1.300 0-.7-.5-1.100-1.300-1.100-.9 0-1.400.5-1.400 1.300zM6 10.300h1.900v1.900H6z',
  grow: 'M8 1h5v5h-1.600V3.700L8.600 6.500 7.500 5.400l2.800-2.800H8zM6 13H1V8h1.600v2.300l2.800-2.800 1.100 1.100-2.800 2.800H6z',
  shrink:
    'M7.600 1.200h1.600v2.500L12 .9 13.100 2l-2.800 2.800h2.500v1.600H7.600zM6.400 12.800H4.800v-2.500L2 13.100.9 12l2.800-2.800H1.200V7.600h5.200z',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 14 14" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}

/** The wordmark's pyramid: caches, memory, swap. */
export function Mark() {
  return (
    <svg width="20" height="18" viewBox="0 0 20 18" aria-hidden="true">
      <path d="M10 0l3 5H7z" className="mark-cache" />
      <path d="M6.4 6h7.2l3 5.4H3.4z" className="mark-ram" />
      <path d="M2.8 12.4h14.4L20 18H0z" className="mark-swap" />
    </svg>
  );
}
