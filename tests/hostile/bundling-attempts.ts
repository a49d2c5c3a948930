import { mkdir, mkdtemp, realpath, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createWorkbench } from '@ashlar/core'
import { entryOf, packageOf } from '../store/tarballs.ts'

/*
 * Packages that try to include a file from outside the package in their bundle, beside a data directory with a secret, and packages with
 * legitimate imports.
 */

export const SECRET = 'k7Qw2_this_is_the_owner_key'

export interface Attempt {
  /** Path in the package → text. */
  files: Record<string, string>
  /** Symbolic links: path in the package → target, relative to the link. */
  links?: Record<string, string>
  /** Fields of package.json. */
  json?: Record<string, unknown>
  /** The expected message when only the check of files confines the bundler. @default that the import is outside the package */
  message?: RegExp
  /** The package may load, without the secret, when the bundler cannot see the outside file. */
  mayLoad?: true
}

export const OUTSIDE = /outside the package/
export const UNRESOLVED = /outside the package|Could not resolve/

const entry = (): string =>
  entryOf('NAME', [{ id: 'cccccccc-0000-4000-8000-00000000NNNN', name: 'read', run: `yield ['out', secret]` }])
/** An entry that imports `secret` and yields it. */
const importing = (statement: string): string => `${statement}\n${entry()}`
const from = (specifier: string, attributes = ''): string =>
  importing(`import secret from ${JSON.stringify(specifier)}${attributes}`)
const all = (specifier: string): string => importing(`import * as secret from ${JSON.stringify(specifier)}`)

const UP = '../../.ashlar'

export const attempts: Record<string, Attempt> = {
  'imports a file by a relative path as text': { files: { 'index.js': from(`${UP}/owner-key`, ` with { type: 'text' }`) } },
  'imports a file by a relative path as bytes': { files: { 'index.js': from(`${UP}/owner-key`, ` with { type: 'bytes' }`) } },
  'imports a text file by its extension': { files: { 'index.js': from(`${UP}/secret.txt`) } },
  'imports a JSON file': { files: { 'index.js': from(`${UP}/secret.json`) } },
  'imports a JSON file with an attribute': { files: { 'index.js': from(`${UP}/secret`, ` with { type: 'json' }`) } },
  'imports a module': { files: { 'index.js': all(`${UP}/secret.ts`) } },
  'requires a file': { files: { 'index.js': importing(`const secret = require('${UP}/secret.json')`) } },
  'imports a file dynamically': { files: { 'index.js': importing(`const secret = () => import('${UP}/secret.json')`) } },
  'imports by a pattern': {
    files: { 'index.js': importing(`const secret = (name) => import('${UP}/' + name + '.json')`) },
  },
  'imports by an absolute path': { files: { 'index.js': from('ROOT/.ashlar/secret.txt') } },
  'imports by a file URL': {
    files: { 'index.js': from('file://ROOT/.ashlar/secret.txt') },
    message: /outside the package|cannot be imported/,
  },
  'imports with a query': { files: { 'index.js': from(`${UP}/secret.txt?raw`) }, message: UNRESOLVED },
  'imports a style sheet': { files: { 'index.js': importing(`import '../../.ashlar/secret.css'\nconst secret = 1`) } },
  'imports a style sheet that imports another': {
    files: {
      'index.js': importing(`import './own.css'\nconst secret = 1`),
      'own.css': `@import '${UP}/secret.css';`,
    },
  },
  'imports a style sheet that names a file': {
    files: {
      'index.js': importing(`import './own.css'\nconst secret = 1`),
      'own.css': `a { background: url('${UP}/secret.txt') }`,
    },
    message: /outside the package|No loader/,
  },
  'has a link to a file': { files: { 'index.js': from('./inside.txt') }, links: { 'inside.txt': `${UP}/owner-key` } },
  'has a link to a folder': { files: { 'index.js': from('./inside/secret.txt') }, links: { inside: UP } },
  'has a link to a link': {
    files: { 'index.js': from('./inside.txt') },
    links: { 'inside.txt': './other.txt', 'other.txt': `${UP}/owner-key` },
  },
  'has a link for its entry': {
    files: {},
    links: { 'index.js': `${UP}/secret.ts` },
    message: /inside the package/,
  },
  'has a link for its package.json': {
    files: { 'index.js': entry().replace('secret', '1') },
    links: { 'package.json': `${UP}/owner-key` },
    message: /package\.json/,
  },
  'has a link for the package.json of a folder': {
    mayLoad: true,
    files: { 'index.js': from('./sub'), 'sub/index.js': 'export default 1' },
    links: { 'sub/package.json': `../${UP}/owner-key` },
    message: /outside the package/,
  },
  'maps an import of its package.json': {
    json: { imports: { '#secret': `./${UP}/secret.json` } },
    files: { 'index.js': from('#secret') },
    message: UNRESOLVED,
  },
  'maps an import of its package.json over a link': {
    json: { imports: { '#secret': './inside/secret.json' } },
    files: { 'index.js': from('#secret') },
    links: { inside: UP },
  },
  'replaces a file for browsers': {
    mayLoad: true,
    json: { browser: { './own.json': `${UP}/secret.json` } },
    files: { 'index.js': from('./own.json'), 'own.json': '1' },
  },
  'replaces a package for browsers': {
    json: { browser: { anything: `./${UP}/secret.json` } },
    files: { 'index.js': from('anything') },
  },
  'has a dependency whose main file is outside': {
    json: { dependencies: { own: '*' } },
    files: {
      'index.js': from('own'),
      'node_modules/own/package.json': '{ "name": "own", "main": "../../../../.ashlar/secret.json" }',
    },
    message: UNRESOLVED,
  },
  'has a dependency that is a link to the data directory': {
    json: { dependencies: { own: '*' } },
    files: { 'index.js': from('own/secret.json') },
    links: { 'node_modules/own': `../${UP}` },
  },
  'has a dependency that is a link to the folder above': {
    json: { dependencies: { operator: '*' } },
    files: { 'index.js': from('operator/.ashlar/secret.json') },
    links: { 'node_modules/operator': '../../..' },
  },
  'has a dependency whose name is a path': {
    json: { dependencies: { '../.ashlar': '*', '..': '*', '.': '*' } },
    files: { 'index.js': all(`${UP}/secret.ts`) },
  },
  'maps paths in its tsconfig.json': {
    files: {
      'index.js': from('secret'),
      'tsconfig.json': JSON.stringify({ compilerOptions: { paths: { secret: [`${UP}/secret.json`] } } }),
    },
    message: UNRESOLVED,
  },
  'has a base in its tsconfig.json': {
    files: { 'index.js': from('secret.json'), 'tsconfig.json': JSON.stringify({ compilerOptions: { baseUrl: UP } }) },
    message: UNRESOLVED,
  },
  'extends a tsconfig.json outside': {
    files: { 'index.js': from('mapped'), 'tsconfig.json': JSON.stringify({ extends: `${UP}/tsconfig.json` }) },
    message: UNRESOLVED,
  },
  'has a source map outside': {
    mayLoad: true,
    files: {
      'index.js': importing(`import './own.js'\nconst secret = 1`),
      'own.js': `export {}\n//# sourceMappingURL=${UP}/secret.json`,
    },
    message: /'\.\/own\.js' names a source map that is outside the package/,
  },
  'has a source map outside, named after code': {
    mayLoad: true,
    files: {
      'index.js': importing(`import { own } from './own.js'\nconst secret = own`),
      'own.js': `export const own = 1 //# sourceMappingURL=${UP}/secret.json`,
    },
    message: /'\.\/own\.js' names a source map that is outside the package/,
  },
  'imports a package that it does not declare': {
    files: { 'index.js': from('neighbour') },
    message: /"neighbour" is not a declared dependency/,
  },
  'imports a package by its path': {
    files: { 'index.js': from('../../node_modules/neighbour/index.js') },
    message: /"neighbour" is not a declared dependency/,
  },
  'imports a file above a dependency': {
    json: { dependencies: { hoisted: '*' } },
    files: { 'index.js': from('hoisted/../../.ashlar/secret.json') },
    message: UNRESOLVED,
  },
}

/** Packages that load, with a text that their bundle must contain. */
export const legitimate: Record<string, Attempt & { has: string }> = {
  'a file of its own as text': {
    files: { 'index.js': from('./lib/own.txt'), 'lib/own.txt': 'the text of its own file' },
    has: 'the text of its own file',
  },
  'a link inside itself': {
    files: { 'index.js': from('./a.txt'), 'b.txt': 'the linked file' },
    links: { 'a.txt': 'b.txt' },
    has: 'the linked file',
  },
  'a data URL': { files: { 'index.js': from(`data:application/json;base64,${btoa('"text of a URL"')}`) }, has: 'text of a URL' },
  'a dependency in its own tree': {
    json: { dependencies: { own: '*' } },
    files: {
      'index.js': from('own'),
      'node_modules/own/package.json': '{ "name": "own", "main": "main.js" }',
      'node_modules/own/main.js': 'module.exports = "the dependency"',
    },
    has: 'the dependency',
  },
  'a hoisted dependency with a dependency': {
    json: { dependencies: { hoisted: '*' } },
    files: { 'index.js': from('hoisted') },
    has: 'the hoisted dependency of a dependency',
  },
  'a dependency in the store of pnpm': {
    json: { dependencies: { '@acme/stored': '*' } },
    files: { 'index.js': from('@acme/stored') },
    links: { 'node_modules/@acme/stored': '../../../../node_modules/.pnpm/@acme+stored@1.0.0/node_modules/@acme/stored' },
    has: 'the stored dependency of a dependency',
  },
  'paths in its tsconfig.json': {
    files: {
      'index.js': from('~/own.txt'),
      'tsconfig.json': `{ // of its own\n "compilerOptions": { "paths": { "~/*": ["./lib/*"] }, } }`,
      'lib/own.txt': 'the mapped file',
    },
    has: 'the mapped file',
  },
}

/** Writes all packages. @returns the directory above them, and the folder of each package by title */
export async function writePackages(): Promise<{ root: string; folders: Map<string, string> }> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'ashlar-bundling-')))
  await writeFiles(root, SURROUNDINGS, SURROUNDING_LINKS)
  const folders = new Map<string, string>()
  for (const [title, attempt] of [...Object.entries(attempts), ...Object.entries(legitimate)])
    folders.set(title, await writeAttempt(root, folders.size + 1, attempt))
  return { root, folders }
}

/** Bundles a draft both for a sandbox and for publishing. */
export async function bundleDraft(folder = ''): Promise<string> {
  const workbench = await createWorkbench(folder)
  try {
    return (await workbench.bundle()).code + (await workbench.module())
  } finally {
    await workbench.close()
  }
}

const SURROUNDINGS: Record<string, string> = {
  'own/free/package.json': packageOf('free', '1.0.0', '')['package.json'] ?? '',
  'own/free/index.js': `import shared from '../../shared.txt'\n${entryOf('free', [])}globalThis.shared = shared`,
  'shared.txt': 'a file that plugins share',
  'package.json': '{ "name": "operator" }',
  '.ashlar/owner-key': SECRET,
  '.ashlar/secret.txt': SECRET,
  '.ashlar/secret': JSON.stringify(SECRET),
  '.ashlar/secret.json': JSON.stringify(SECRET),
  '.ashlar/secret.ts': `export const secret = '${SECRET}'\nexport default { name: secret, blocks: [] }`,
  '.ashlar/secret.css': `a { content: '${SECRET}' }`,
  '.ashlar/tsconfig.json': '{ "compilerOptions": { "paths": { "mapped": ["./secret.json"] } } }',
  'node_modules/neighbour/package.json': '{ "name": "neighbour", "main": "index.js" }',
  'node_modules/neighbour/index.js': `module.exports = '${SECRET}'`,
  'node_modules/hoisted/package.json': '{ "name": "hoisted", "main": "index.js", "dependencies": { "deeper": "*" } }',
  'node_modules/hoisted/index.js': `module.exports = require('deeper')`,
  'node_modules/deeper/package.json': '{ "name": "deeper", "main": "index.js" }',
  'node_modules/deeper/index.js': 'module.exports = "the hoisted dependency of a dependency"',
  'node_modules/.pnpm/@acme+stored@1.0.0/node_modules/@acme/stored/package.json':
    '{ "name": "@acme/stored", "main": "index.js", "dependencies": { "below": "*" } }',
  'node_modules/.pnpm/@acme+stored@1.0.0/node_modules/@acme/stored/index.js': `module.exports = require('below')`,
  'node_modules/.pnpm/below@1.0.0/node_modules/below/package.json': '{ "name": "below", "main": "index.js" }',
  'node_modules/.pnpm/below@1.0.0/node_modules/below/index.js': 'module.exports = "the stored dependency of a dependency"',
}
const SURROUNDING_LINKS = {
  'node_modules/.pnpm/@acme+stored@1.0.0/node_modules/below': '../../below@1.0.0/node_modules/below',
}

async function writeAttempt(root: string, number: number, { files, links = {}, json = {} }: Attempt): Promise<string> {
  const name = `evil-${number}`
  const folder = join(root, 'packages', name)
  const filled = Object.fromEntries(
    Object.entries({ ...packageOf(name, '1.0.0', '', json), ...files }).map(([path, text]) => [
      path,
      text.replace('NAME', name).replace('NNNN', String(number).padStart(4, '0')).replaceAll('ROOT', root),
    ]),
  )
  for (const path of Object.keys(links)) delete filled[path]
  await writeFiles(folder, filled, links)
  return folder
}

async function writeFiles(folder: string, files: Record<string, string>, links: Record<string, string>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  for (const [path, target] of Object.entries(links)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await symlink(target, join(folder, path))
  }
}
