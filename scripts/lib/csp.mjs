import { createHash } from 'node:crypto';

/**
 * The style sheets that react-aria puts into the page as text: touch behaviour of what can be pressed, and of the page
 * behind a dialog on iOS. They are let through by their hash, so that no other inline style is. When react-aria changes
 * them, the browser tests fail on the message that names the new hash.
 */
const REACT_ARIA_STYLES = [
  '@layer {\n  [data-react-aria-pressable] {\n    touch-action: pan-x pan-y pinch-zoom;\n  }\n}',
  '@layer {\n  * {\n    overscroll-behavior: contain;\n  }\n}',
];

const styleHashes = REACT_ARIA_STYLES.map((style) => `'sha256-${createHash('sha256').update(style).digest('base64')}'`);

/**
 * What the built page may load: its own files and nothing else. No inline scripts, no eval. It says nothing about being
 * framed, because the lab may be embedded in lecture pages (`?embed=1`).
 */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  `style-src 'self' ${styleHashes.join(' ')}`,
  "img-src 'self' data: blob:",
  "worker-src 'self'",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');
