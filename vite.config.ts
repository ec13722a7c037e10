import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { CONTENT_SECURITY_POLICY } from './scripts/lib/csp.mjs';
import { precacheList } from './scripts/lib/precache.mjs';

/**
 * Writes the content security policy into the built page, so that it also holds on hosts that send no headers of their
 * own. The development server is left without it: hot reloading needs an inline script.
 */
function contentSecurityPolicy(): Plugin {
  return {
    name: 'oomlab-content-security-policy',
    apply: 'build',
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: CONTENT_SECURITY_POLICY },
        injectTo: 'head-prepend',
      },
    ],
  };
}

export default defineConfig({
  plugins: [react(), contentSecurityPolicy(), precacheList()],
  // Relative addresses: the built page works under any path of any static host.
  base: './',
  build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  worker: { format: 'es' },
});
