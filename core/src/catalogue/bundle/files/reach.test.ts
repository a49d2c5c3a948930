import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { findReach } from './reach.ts'

let root: string
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'ashlar-reach-')))
})
afterEach(() => rm(root, { recursive: true }))

/** @param json folder → fields of its package.json @param links path → target, both relative to the root */
async function write(json: Record<string, object>, links: Record<string, string> = {}): Promise<void> {
  for (const [folder, fields] of Object.entries(json)) {
    await mkdir(join(root, folder), { recursive: true })
    await writeFile(join(root, folder, 'package.json'), JSON.stringify(fields))
  }
  for (const [path, target] of Object.entries(links)) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await symlink(join(root, target), join(root, path))
  }
}

/** @returns the reachable directories, relative to the root */
function findRoots(folder: string, isDraft = false): string[] {
  return findReach(join(root, folder), { isDraft }).roots.map((path) => relative(root, path))
}

it('includes direct and transitive dependencies of every kind', async () => {
  await write({
    'node_modules/plugin': {
      dependencies: { a: '*' },
      optionalDependencies: { '@s/b': '*', missing: '*' },
      peerDependencies: { c: '*', zod: '*', '@ashlar/sdk': '*' },
      devDependencies: { d: '*' },
    },
    'node_modules/a': { dependencies: { e: '*', plugin: '*' }, devDependencies: { d: '*' } },
    'node_modules/@s/b': {},
    'node_modules/c': {},
    'node_modules/d': {},
    'node_modules/a/node_modules/e': { dependencies: { f: '*' } },
    'node_modules/f': {},
    'node_modules/undeclared': {},
    'node_modules/zod': {},
  })
  const found = ['plugin', 'a', '@s/b', 'c', 'a/node_modules/e', 'f'].map((name) => `node_modules/${name}`)
  expect(findRoots('node_modules/plugin')).toEqual(found)
})

it('includes the devDependencies of a draft, but not those of its dependencies', async () => {
  await write({
    plugin: { devDependencies: { a: '*' } },
    'plugin/node_modules/a': { devDependencies: { b: '*' } },
    'plugin/node_modules/b': {},
  })
  expect(findRoots('plugin', true)).toEqual(['plugin', 'plugin/node_modules/a'])
  expect(findRoots('plugin')).toEqual(['plugin'])
})

it('follows links into a package store', async () => {
  const store = 'node_modules/.pnpm'
  await write(
    {
      [`${store}/plugin@1/node_modules/plugin`]: { dependencies: { a: 'npm:alias@1' } },
      [`${store}/alias@1/node_modules/alias`]: { name: 'alias' },
    },
    {
      'node_modules/plugin': `${store}/plugin@1/node_modules/plugin`,
      [`${store}/plugin@1/node_modules/a`]: `${store}/alias@1/node_modules/alias`,
    },
  )
  expect(findRoots('node_modules/plugin')).toEqual([
    `${store}/plugin@1/node_modules/plugin`,
    `${store}/alias@1/node_modules/alias`,
  ])
})

it('follows a link to a member of a monorepo only if the link is outside the plugin or the plugin is a draft', async () => {
  await write(
    {
      'packages/plugin': { name: 'plugin', dependencies: { hoisted: '*', own: '*', other: '*' } },
      'packages/hoisted': { name: 'hoisted' },
      'packages/own': { name: 'own' },
      'packages/another': { name: 'another' },
    },
    {
      'node_modules/hoisted': 'packages/hoisted',
      'packages/plugin/node_modules/own': 'packages/own',
      'node_modules/other': 'packages/another',
    },
  )
  expect(findRoots('packages/plugin')).toEqual(['packages/plugin', 'packages/hoisted'])
  expect(findRoots('packages/plugin', true)).toEqual(['packages/plugin', 'packages/hoisted', 'packages/own'])
})

it('never includes a directory that contains the plugin or lacks a package.json', async () => {
  await write(
    { '.': { name: 'operator' }, 'packages/plugin': { dependencies: { operator: '*', data: '*', '..': '*', '/': '*' } } },
    { 'packages/plugin/node_modules/operator': '.', 'node_modules/data': 'data' },
  )
  await mkdir(join(root, 'data'))
  expect(findRoots('packages/plugin', true)).toEqual(['packages/plugin'])
})

it('rejects a package.json that is a link to another directory', async () => {
  await write({ elsewhere: { name: 'plugin' } }, { 'plugin/package.json': 'elsewhere/package.json' })
  expect(() => findRoots('plugin')).toThrow(/^package\.json: must be a file inside the package/)
})

it('lists the links outside the packages through which dependencies are found', async () => {
  await write(
    {
      'node_modules/plugin': { dependencies: { a: '*', b: '*', c: '*' } },
      'store/node_modules/a': {},
      'packages/b': { name: 'b' },
    },
    {
      'elsewhere/a': 'store/node_modules/a',
      'node_modules/plugin/node_modules/a': 'elsewhere/a',
      'node_modules/b': 'packages/b',
      'node_modules/plugin/node_modules/c': 'node_modules/plugin/node_modules/a',
    },
  )
  const { links } = findReach(join(root, 'node_modules/plugin'), { isDraft: false })
  expect(links.map((link) => link.map((path) => relative(root, path)))).toEqual([
    ['elsewhere/a', 'store/node_modules/a'],
    ['node_modules/b', 'packages/b'],
  ])
})
