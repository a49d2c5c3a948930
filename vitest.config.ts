import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { summaryReporter } from './tests/setup/test-summary.ts'

const TESTS = ['{core,schema,gateway,gateway/client}/src/**/*.test.ts', 'plugins/*/src/**/*.test.ts', 'tests/**/*.test.ts']
/** Long proofs: `pnpm prove` runs them, `pnpm test` does not. */
const PROOFS = ['**/*.prove.test.ts']
/** Files that mock modules or change the process. Each needs a process of its own. */
const ISOLATED = ['bundle-cache', 'http/session'].map((name) => `**/${name}.test.ts`)
const NEVER = ['**/node_modules/**', 'tests/fixtures/**']

export default defineConfig({
  // As Node resolves them: Vite's own `development` condition would load a second copy of graphql.
  ssr: { resolve: { conditions: ['module', 'node', 'production'] } },
  test: {
    globalSetup: ['tests/setup/postgres.ts'],
    setupFiles: ['tests/setup/nothing-left-open.ts'],
    pool: 'forks',
    // More than there are cores: many tests wait for a clock, a process or the database.
    maxWorkers: availableParallelism() + 2,
    execArgv: ['--no-node-snapshot'],
    testTimeout: 90_000,
    hookTimeout: 120_000,
    teardownTimeout: 60_000,
    // A busy machine makes tests slow, not red.
    expect: { poll: { timeout: 60_000 } },
    // `.ci/run` names the tests that passed only when they were repeated.
    retry: process.env.CI ? 1 : 0,
    ...(process.env.ASHLAR_TEST_SUMMARY && { reporters: ['default', summaryReporter] }),
    projects: [
      // One process after the other runs all files that it can: modules are loaded once for each process.
      { extends: true, test: { name: 'shared', isolate: false, include: TESTS, exclude: [...NEVER, ...PROOFS, ...ISOLATED] } },
      { extends: true, test: { name: 'isolated', include: ISOLATED, exclude: [...NEVER, ...PROOFS] } },
      { extends: true, test: { name: 'prove', include: PROOFS, exclude: NEVER, testTimeout: 300_000 } },
    ],
  },
})
