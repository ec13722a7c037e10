import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

/** Everything that needs no browser. The browser tests have their own configuration: vitest.e2e.config.ts. */
export default defineConfig({
  test: {
    passWithNoTests: true,
    // No test asserts a time; this only ends a test that hangs, on a slow and busy machine too.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'threads',
    projects: [
      {
        extends: true,
        test: {
          name: 'model',
          environment: 'node',
          include: ['tests/**/*.test.ts'],
          exclude: ['tests/e2e/**', 'tests/ui/**'],
        },
      },
      {
        extends: true,
        plugins: [react()],
        test: {
          name: 'ui',
          environment: 'jsdom',
          include: ['tests/ui/**/*.test.ts', 'tests/**/*.test.tsx'],
          exclude: ['tests/e2e/**'],
          setupFiles: ['tests/setup/ui.ts'],
        },
      },
    ],
  },
});
