import { defineConfig } from 'vitest/config';

/** The tests that mutants are held against (`npm run mutation`): those of the mutated files, and nothing slow. */
export default defineConfig({
  test: {
    environment: 'node',
    include: [
      'tests/linux/mm/oom/*.test.ts',
      'tests/linux/mm/page_alloc/*.test.ts',
      'tests/linux/mm/numa.test.ts',
      'tests/linux/versions/*.test.ts',
    ],
    testTimeout: 60_000,
  },
});
