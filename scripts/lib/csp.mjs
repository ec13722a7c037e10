/**
 * What the built page may load: its own files and nothing else. No inline scripts, no eval. It says nothing about being
 * framed, because the lab may be embedded in lecture pages (`?embed=1`).
 */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "worker-src 'self'",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');
