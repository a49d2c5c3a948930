import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{core,schema,gateway}/src/**/*.test.ts', 'plugins/*/src/**/*.test.ts', 'tests/**/*.test.ts'],
    pool: 'forks',
    execArgv: ['--no-node-snapshot'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
