import { defineConfig } from 'vitest/config';

/** The browser tests: the built page, served locally, in a real browser. */
export default defineConfig({
  test: {
    include: ['tests/e2e/**/*.test.ts'],
    passWithNoTests: true,
    globalSetup: ['tests/e2e/support/globalSetup.ts'],
    environment: 'node',
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'threads',
    maxWorkers: 2,
  },
});
