import { defineConfig } from 'vitest/config';

const minute = 60_000;
/**
 * Limits, of which no test may make a wait: they are far above what a slow and busy machine takes. What waits within a
 * test has a shorter one (`poll` here, `patience` in the tests' tools), so that it is told what did not come.
 */
const limits = { testTimeout: 4 * minute, hookTimeout: 4 * minute, expect: { poll: { timeout: minute } } };

// What whoever runs the tests has told git is not theirs.
process.env['GIT_CONFIG_GLOBAL'] = '/dev/null';

/** The tiers, cheapest first. Those that run a machine or a browser run one file at a time: there are two cores. */
export default defineConfig({
  test: {
    reporters: ['default'],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{worker,web,kernel-image,scripts}/**/*.test.ts', 'test/cli/**/*.test.ts'],
          ...limits,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'boot',
          include: ['test/boot/**/*.test.ts'],
          ...limits,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'build',
          include: ['test/build/**/*.test.ts'],
          ...limits,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'api',
          include: ['test/{api,registry}/**/*.test.ts'],
          ...limits,
          fileParallelism: false,
          sequence: { groupOrder: 3 },
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          ...limits,
          fileParallelism: false,
          sequence: { groupOrder: 4 },
        },
      },
    ],
  },
});
