import { defineConfig } from 'vitest/config'
import { summaryReporter } from './tests/setup/test-summary.ts'

export default defineConfig({
  // As Node resolves them: Vite's own `development` condition would load a second copy of graphql.
  ssr: { resolve: { conditions: ['module', 'node', 'production'] } },
  test: {
    exclude: ['**/node_modules/**', 'tests/fixtures/**'],
    include: ['{core,schema,gateway}/src/**/*.test.ts', 'plugins/*/src/**/*.test.ts', 'tests/**/*.test.ts'],
    globalSetup: ['tests/setup/postgres.ts'],
    setupFiles: ['tests/setup/nothing-left-open.ts'],
    pool: 'forks',
    maxWorkers: '100%',
    execArgv: ['--no-node-snapshot'],
    testTimeout: 90_000,
    hookTimeout: 120_000,
    ...(process.env.ASHLAR_TEST_SUMMARY && { reporters: ['default', summaryReporter] }),
  },
})
