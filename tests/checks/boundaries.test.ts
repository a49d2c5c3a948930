import { describe, expect, it } from 'vitest'
import { findBoundaryFaults, type WorkspacePackage } from './boundaries.ts'

const PACKAGES: WorkspacePackage[] = [
  { folder: '.', name: 'ashlar', dependencies: ['@ashlar/gateway', 'node'], entries: [] },
  { folder: 'core', name: '@ashlar/core', dependencies: ['@ashlar/sdk', 'pg'], entries: ['.', './testing'] },
  { folder: 'schema', name: '@ashlar/schema', dependencies: ['@ashlar/core', 'graphql'], entries: ['.'] },
  {
    folder: 'gateway',
    name: '@ashlar/gateway',
    dependencies: ['@ashlar/core', '@ashlar/schema', '@ashlar/client'],
    entries: ['.'],
  },
  { folder: 'gateway/client', name: '@ashlar/client', dependencies: ['graphql'], entries: ['.'] },
  { folder: 'tests', name: '@ashlar/tests', dependencies: ['@ashlar/core', '@ashlar/sdk'], entries: [] },
  { folder: 'plugins/sdk', name: '@ashlar/sdk', dependencies: ['zod'], entries: ['.'] },
  { folder: 'plugins/text', name: '@ashlar/plugin-text', dependencies: ['@ashlar/sdk', 'zod'], entries: ['.'] },
]

function findFaults(path: string, text: string): string[] {
  return findBoundaryFaults(PACKAGES, [{ path, text }])
}

describe('a dependency', () => {
  it('may follow the allowed directions', () => {
    expect(findBoundaryFaults(PACKAGES, [])).toEqual([])
  })

  it.each([
    ['core', '@ashlar/core', '@ashlar/schema'],
    ['schema', '@ashlar/schema', '@ashlar/gateway'],
    ['plugins/text', '@ashlar/plugin-text', '@ashlar/core'],
    ['plugins/sdk', '@ashlar/sdk', '@ashlar/core'],
    ['gateway', '@ashlar/gateway', '@ashlar/plugin-text'],
    ['gateway/client', '@ashlar/client', '@ashlar/core'],
    ['tests', '@ashlar/tests', '@ashlar/plugin-text'],
  ])('of %s against the allowed directions is rejected: %s on %s', (folder, name, dependency) => {
    const others = PACKAGES.filter((each) => each.folder !== folder)
    expect(findBoundaryFaults([...others, { folder, name, dependencies: [dependency], entries: ['.'] }], [])).toEqual([
      `${folder}/package.json: ${name} must not depend on ${dependency}; arrows run gateway → schema → core → sdk, gateway → client and plugins → sdk`,
    ])
  })
})

describe('an import', () => {
  it.each([
    ['gateway/src/server.ts', `import { createRuntime } from '@ashlar/core'`],
    ['schema/src/graphs/graph.ts', `import type { Graph } from '@ashlar/core'`],
    ['schema/src/base/builder.ts', `import SchemaBuilder from '@pothos/core'`],
    ['schema/src/testing.test.ts', `import { createTestRuntime } from '@ashlar/core/testing'`],
    ['core/src/catalogue/loading/load.ts', `import type { Plugin } from '@ashlar/sdk'`],
    ['core/src/catalogue/loading/load.test.ts', `import { definePlugin } from '@ashlar/sdk'`],
    ['core/src/sandbox/guest/main.ts', `import * as sdk from '@ashlar/sdk'`],
    ['core/src/sandbox/process/main.ts', `import ivm from 'isolated-vm'`],
    ['core/src/sandbox/process/main.ts', `import { ready } from '../channel/index.ts'`],
    ['core/src/runtime/journal/journal-store.ts', `import type pg from 'pg'`],
    ['plugins/text/src/index.ts', `import { definePlugin } from '@ashlar/sdk'\nimport { z } from 'zod'`],
    ['plugins/text/src/index.test.ts', `import { readFile } from 'node:fs/promises'`],
  ])('is allowed: %s: %s', (path, text) => {
    expect(findFaults(path, text)).toEqual([])
  })

  it.each([
    [
      'core/src/domains/graphs/graphs.ts',
      '@ashlar/schema',
      /^core\/src\/domains\/graphs\/graphs.ts:1: @ashlar\/core must not depend on @ashlar\/schema;/,
    ],
    ['schema/src/index.ts', '@ashlar/gateway', /@ashlar\/schema must not depend on @ashlar\/gateway;/],
    ['gateway/src/bin.ts', '@ashlar/plugin-text', /@ashlar\/gateway must not depend on @ashlar\/plugin-text;/],
    ['plugins/text/src/index.ts', '@ashlar/core', /@ashlar\/plugin-text must not depend on @ashlar\/core;/],
    [
      'gateway/src/bin.ts',
      '@ashlar/core/src/create-runtime.ts',
      /"@ashlar\/core\/src\/create-runtime.ts" is not an entry of @ashlar\/core; it has @ashlar\/core, @ashlar\/core\/testing$/,
    ],
    ['gateway/src/bin.ts', '@ashlar/core/testing', /"@ashlar\/core\/testing" is for tests only$/],
    ['gateway/src/bin.ts', '../../core/src/create-runtime.ts', /"..\/..\/core\/src\/create-runtime.ts" is outside the package;/],
    ['gateway/src/bin.ts', '../client/src/index.ts', /"..\/client\/src\/index.ts" is outside the package;/],
    ['plugins/text/src/index.ts', 'node:fs', /blocks run in a sandbox, which has no Node module "node:fs"$/],
    ['plugins/text/src/index.ts', 'fs/promises', /blocks run in a sandbox, which has no Node module "fs\/promises"$/],
    [
      'core/src/catalogue/loading/load.ts',
      '@ashlar/sdk',
      /may import "@ashlar\/sdk"; elsewhere only its types, with `import type`$/,
    ],
    ['core/src/domains/graphs/graphs.ts', 'graphql', /only schema\/src\/, gateway\/src\/ may import "graphql"$/],
    ['core/src/domains/graphs/graphs.ts', 'graphql-yoga', /only gateway\/src\/ may import "graphql-yoga"$/],
    ['core/src/domains/graphs/graphs.ts', '@pothos/core', /only schema\/src\/ may import "@pothos\/core"$/],
    ['core/src/sandbox/guest/main.ts', 'isolated-vm', /only core\/src\/sandbox\/process\/ may import "isolated-vm"$/],
    ['core/src/runtime/worker/worker.ts', 'pg-boss', /only core\/src\/postgres\/queue\/queue.ts may import "pg-boss"$/],
    [
      'core/src/runtime/worker/worker.ts',
      'pg',
      /only core\/src\/postgres\/, gateway\/src\/host-modules\/postgres\/ may import "pg"; elsewhere only its types, with `import type`$/,
    ],
    ['schema/src/index.ts', '@mikro-orm/core', /only core\/src\/ may import "@mikro-orm\/core"$/],
  ])('is rejected: %s imports %s', (path, from, fault) => {
    expect(findFaults(path, `import { some } from '${from}'\n`)).toEqual([expect.stringMatching(fault)])
  })

  it.each([
    ['a default and names', `import a, { b } from 'pg-boss'`],
    ['all as one', `import * as all from 'pg-boss'`],
    ['for its effect', `import 'pg-boss'`],
    ['types', `import type { Job } from 'pg-boss'`],
    ['names on several lines', `import {\n  one,\n  type Two,\n} from 'pg-boss'`],
    ['to export it', `export { one } from 'pg-boss'`],
    ['when it runs', `  const boss = await import('pg-boss')`],
  ])('is found in any syntax: %s', (_how, text) => {
    expect(findFaults('core/src/runtime/worker/worker.ts', text)).toHaveLength(1)
  })

  it('is reported with its line', () => {
    expect(findFaults('core/src/postgres/queue/index.ts', `export { a } from './a.ts'\n\nimport 'pg-boss'\n`)).toEqual([
      'core/src/postgres/queue/index.ts:3: only core/src/postgres/queue/queue.ts may import "pg-boss"',
    ])
  })
})

it('rejects export *', () => {
  expect(findFaults('core/src/domains/graphs/index.ts', `export * from './graphs.ts'\n`)).toEqual([
    'core/src/domains/graphs/index.ts:1: an index must export names one by one, without "export *"',
  ])
})
