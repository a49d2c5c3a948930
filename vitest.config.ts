import { defineConfig } from 'vitest/config'

export default defineConfig({
  // As Node resolves them: Vite's own `development` condition would load a second copy of graphql.
  ssr: { resolve: { conditions: ['module', 'node', 'production'] } },
  test: {
    include: ['{core,schema,gateway}/src/**/*.test.ts', 'plugins/*/src/**/*.test.ts', 'tests/**/*.test.ts'],
    globalSetup: ['tests/setup/postgres.ts'],
    pool: 'forks',
    execArgv: ['--no-node-snapshot'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
