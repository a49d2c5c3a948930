import { expect, it } from 'vitest'
import { findTreeFaults } from './tree.ts'

function check(files: Record<string, string>): string[] {
  return findTreeFaults(Object.entries(files).map(([path, text]) => ({ path, text })))
}

it('accepts folders that import in one direction', () => {
  const files = {
    'core/src/a/index.ts': `export { one } from './one.ts'`,
    'core/src/a/one.ts': `import { two } from '../b/index.ts'`,
    'core/src/b/index.ts': `export { two } from './two.ts'`,
    'core/src/b/two.ts': `import type { Three } from './c/index.ts'`,
    'core/src/b/c/index.ts': `export type { Three } from './three.ts'`,
    'core/src/b/c/three.ts': '',
  }
  expect(check(files)).toEqual([])
})

it('rejects folders that import each other, types included', () => {
  const files = {
    'core/src/a/one.ts': `import { two } from '../b/two.ts'`,
    'core/src/b/two.ts': `import type { One } from '../a/one.ts'`,
  }
  expect(check(files)).toEqual(['core/src/a: folders import each other in a circle: core/src/a/one.ts → core/src/b/two.ts'])
})

it('rejects an import cycle through a lazy import', () => {
  const files = {
    'core/src/a/one.ts': `const load = () => import('../b/two.ts')`,
    'core/src/b/two.ts': `const load = () => require('../a/one.ts')`,
  }
  expect(check(files)).toHaveLength(1)
})

it('rejects an import cycle between a folder and its subfolder', () => {
  const files = { 'core/src/a/one.ts': `import './b/two.ts'`, 'core/src/a/b/two.ts': `import '../one.ts'` }
  expect(check(files)).toHaveLength(1)
})

it('rejects an import that passes the index of another folder', () => {
  const files = { 'core/src/a/one.ts': `\nimport { two } from '../b/two.ts'`, 'core/src/b/index.ts': '', 'core/src/b/two.ts': '' }
  expect(check(files)).toEqual(['core/src/a/one.ts:2: import from core/src/b/index.ts instead of two.ts'])
})

it('lets tests import any file of their package', () => {
  const files = {
    'core/src/a/one.test.ts': `import { two } from '../b/two.ts'`,
    'core/src/b/index.ts': '',
    'core/src/b/two.ts': '',
  }
  expect(check(files)).toEqual([])
})

it('lets a subfolder import a file of the folder above directly', () => {
  const files = { 'core/src/a/b/one.ts': `import { two } from '../two.ts'`, 'core/src/a/index.ts': '', 'core/src/a/two.ts': '' }
  expect(check(files)).toEqual([])
})

it('rejects a folder with more than 15 source files, tests not counted', () => {
  const folder = (count: number, ending: string): Record<string, string> =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`core/src/a/file-${index}${ending}`, '']))
  expect(check({ ...folder(15, '.ts'), ...folder(15, '.test.ts') })).toEqual([])
  expect(check(folder(16, '.ts'))).toEqual(['core/src/a: has 16 source files; move some to subfolders; the limit is 15'])
})

it('rejects two files of a folder that differ by an s', () => {
  expect(check({ 'core/src/a/plan.ts': '', 'core/src/a/plans.ts': '' })).toEqual([
    'core/src/a: plan.ts and plans.ts are easily confused; rename one',
  ])
})

it('rejects an import of a higher layer of core', () => {
  const files = { 'core/src/pins/one.ts': `import type { Two } from '../engine/two.ts'`, 'core/src/engine/two.ts': '' }
  expect(check(files)).toEqual(['core/src/pins/one.ts:1: imports core/src/engine/two.ts, which is in a higher layer of core'])
})
