import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Finding } from './finding.ts'
import { ashlar, createTestFolder, installFromWorkspace } from '../../../testing/test-plugin.ts'

let root: Awaited<ReturnType<typeof createTestFolder>>
beforeAll(async () => {
  root = await createTestFolder()
})
afterAll(() => root.remove())

async function findings(folder: string): Promise<Finding[]> {
  const { stdout } = await ashlar('plugin', 'check', folder, '--json')
  return (JSON.parse(stdout) as { findings: Finding[] }).findings
}

it('reports the capabilities of a new package and no problems', async () => {
  const folder = join(root.path, 'sky')
  await ashlar('plugin', 'create', folder)
  await installFromWorkspace(folder)
  const { status, stdout } = await ashlar('plugin', 'check', folder)
  expect(stdout).toMatch(
    /^ashlar-plugin-sky 0\.1\.0, 2 blocks in \d\.\d kB\n {2}hint {5}CAPABILITY {2}src\/repository\.ts:15:3 sky\/repository: it uses http: GET api\.github\.com\/repos\/\*\n✓ 0 errors, 0 warnings, 1 hint\n$/,
  )
  expect(status).toBe(0)
})

it('names the command that installs the packages for the type check', async () => {
  const folder = join(root.path, 'bare')
  await ashlar('plugin', 'create', folder)
  const unchecked = async (): Promise<unknown> => (await findings(folder)).filter(({ code }) => code === 'TYPES_UNCHECKED')
  const finding = (level: string, message: string): unknown => [{ level, code: 'TYPES_UNCHECKED', position: null, message }]
  const install = `run: npm --prefix ${relative('', folder)} install`
  expect(await unchecked()).toEqual(
    finding('warning', `types are not checked: typescript and @ashlar/sdk are not installed; ${install}`),
  )
  const json = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as object
  await writeFile(join(folder, 'package.json'), JSON.stringify({ ...json, devDependencies: { typescript: '*' } }))
  expect(await unchecked()).toEqual(
    finding(
      'warning',
      `types are not checked: typescript and @ashlar/sdk are not installed; add @ashlar/sdk to "devDependencies", then ${install}`,
    ),
  )
  await rm(join(folder, 'tsconfig.json'))
  expect(await unchecked()).toEqual(finding('hint', 'types are not checked: the file tsconfig.json is missing'))
})

const SOURCE = `import { anyHost, defineBlock, definePlugin } from '@ashlar/sdk'
import { z } from 'zod'

const mute = defineBlock({
  id: '99999999-0000-4000-8000-000000000001', name: 'mute', description: '', category: 'TEST', tests: [],
  capabilities: { http: [anyHost()], credentials: ['other/service'] },
  input: z.object({
    nothing: z.never(),
  }),
  output: z.object({ out: z.string().meta({ title: 'Out', description: 'What comes out.' }) }),
  *run() { yield ['out', 1] },
})
export default definePlugin({ name: 'mute', blocks: [mute] })
`

it('reports errors and omissions with their positions', async () => {
  const folder = join(root.path, 'mute')
  await mkdir(join(folder, 'src'), { recursive: true })
  await writeFile(
    join(folder, 'package.json'),
    `{
  "name": "Mute", "version": "1.0", "type": "module",
  "files": ["lib"],
  "dependencies": { "zod": "*" },
  "ashlar": { "blocks": "./src/index.ts" }
}`,
  )
  await writeFile(join(folder, 'src/index.ts'), SOURCE)
  await writeFile(join(folder, 'tsconfig.json'), await readFile(join(root.path, 'sky/tsconfig.json')))
  await installFromWorkspace(folder)
  const found = (await findings(folder)).map(({ level, code, position, message }) => [level, code, position, message])
  expect(found).toEqual([
    ['error', 'PACKAGE_NAME', 'package.json:2:3', '"name" must be the name of an npm package, in lower case'],
    ['error', 'PACKAGE_VERSION', 'package.json:2:19', '"version" must be a version like "1.2.3" (semver.org)'],
    [
      'error',
      'PACKAGE_LICENSE',
      'package.json:1:1',
      '"license" must name the licence, preferably with an SPDX identifier such as "MIT"',
    ],
    ['error', 'PACKAGE_FILES', 'package.json:3:3', '"files" must include src/index.ts, which the blocks use'],
    ['error', 'PIN_UNREACHABLE', 'src/index.ts:8:5', 'mute/mute: input "nothing" accepts no value: no link can supply a value'],
    [
      'error',
      'TYPES',
      expect.stringMatching(/^src\/index\.ts:11:\d+$/),
      expect.stringMatching(/^TS2322: .{1,195}… .*Type 'number' is not assignable to type 'string'\.$/),
    ],
    ['warning', 'PACKAGE_LICENSE', null, 'the file LICENSE is missing'],
    [
      'warning',
      'BLOCK_DESCRIPTION',
      'src/index.ts:5:61',
      'mute/mute: it has no description; users find blocks by their descriptions',
    ],
    ['warning', 'BLOCK_TESTS', 'src/index.ts:5:96', 'mute/mute: it has no tests'],
    ['warning', 'CAPABILITY', 'src/index.ts:6:3', 'mute/mute: it uses http: ANY HOST'],
    [
      'warning',
      'PROVIDER_FOREIGN',
      'src/index.ts:6:3',
      'mute/mute: it needs the provider other/service, so the plugin "other" must also be installed',
    ],
    ['hint', 'PACKAGE_DESCRIPTION', 'package.json:1:1', '"description" should be one sentence about what the plugin does'],
    ['hint', 'PACKAGE_DEPENDENCY', 'package.json:4:21', 'zod is provided by the host: move it to "peerDependencies"'],
    ['hint', 'PIN_TITLE', 'src/index.ts:8:5', 'mute/mute: input "nothing" has no title'],
    ['hint', 'PIN_DESCRIPTION', 'src/index.ts:8:5', 'mute/mute: input "nothing" has no description'],
    ['hint', 'CAPABILITY', 'src/index.ts:6:3', 'mute/mute: it uses credentials: other/service'],
  ])
})

it('reports a block that cannot run yet instead of its missing tests', async () => {
  const folder = join(root.path, 'mute')
  const later = SOURCE.replace(/tests: \[\],?/, "unavailable: 'approvals',").replace(/\n.*run\(.*/, '')
  await writeFile(join(folder, 'src/index.ts'), later)
  const found = (await findings(folder)).filter(({ code }) => code.startsWith('BLOCK_'))
  expect(found.map(({ level, code, message }) => [level, code, message])).toEqual([
    ['warning', 'BLOCK_DESCRIPTION', 'mute/mute: it has no description; users find blocks by their descriptions'],
    ['hint', 'BLOCK_UNAVAILABLE', 'mute/mute: it cannot run yet: it needs approvals'],
  ])
})

it('reports each unknown icon once, with similar ones', async () => {
  const folder = join(root.path, 'mute')
  const copy = (n: number, more: string): string =>
    `{ ...mute, id: '99999999-0000-4000-8000-00000000000${n}', name: 'copy-${n}'${more} }`
  const blocks = ['mute', copy(2, ''), copy(3, ", icon: 'tabel'"), copy(4, ", icon: 'table-2'"), copy(5, ", icon: 'qqqqqqq'")]
  const source = SOURCE.replace('blocks: [mute]', `icon: 'mail-sent', blocks: [${blocks.join(', ')}]`)
  await writeFile(join(folder, 'src/index.ts'), source)
  const found = (await findings(folder)).filter(({ code }) => code === 'ICON_UNKNOWN')
  const unknown = (icon: string): string =>
    `there is no icon "${icon}" in the Lucide set (lucide.dev/icons), so editors show a box`
  expect(found.map(({ level, message }) => [level, message])).toEqual([
    ['warning', `mute/mute and 1 more: ${unknown('mail-sent')}; similar icons: "mail-pen", "mail-open", "mail-check"`],
    ['warning', `mute/copy-3: ${unknown('tabel')}; similar icons: "table", "tablet", "gavel"`],
    ['warning', `mute/copy-5: ${unknown('qqqqqqq')}`],
  ])
})

it('reports the position of an invalid manifest', async () => {
  const folder = join(root.path, 'mute')
  const wrong = SOURCE.replace("description: '',", "description: '', timeoutMs: 0,")
    .replace("'other/service'", "'own-service'")
    .replace('blocks: [mute]', 'blocks: [mute], memoryMb: 4')
  await writeFile(join(folder, 'src/index.ts'), wrong)
  const found = (await findings(folder)).filter(({ code }) => code === 'MANIFEST_INVALID')
  const invalid = 'its manifest is not valid'
  expect(found.map(({ position, message }) => [position, message])).toEqual([
    ['src/index.ts:13:61', `${invalid}: memoryMb: must be at least 16, got 4`],
    ['src/index.ts:5:78', `${invalid}: block "mute": timeoutMs: must be at least 1, got 0`],
    [
      'src/index.ts:6:38',
      `${invalid}: block "mute": capabilities.credentials: the plugin has no provider "own-service"; it has none`,
    ],
  ])
})

it('reports imports of Node modules and native modules, and the largest files of a large bundle', async () => {
  const folder = join(root.path, 'sky')
  const entry = join(folder, 'src/index.ts')
  const source = await readFile(entry, 'utf8')
  await writeFile(entry, `import 'node:fs'\nimport 'http'\nimport './native.node'\n${source}`)
  await writeFile(join(folder, 'src/native.node'), '')
  expect((await findings(folder)).slice(0, 3)).toMatchObject([
    { level: 'error', code: 'NODE_MODULE', position: 'src/index.ts:1:8' },
    { level: 'error', code: 'NODE_MODULE', position: 'src/index.ts:2:8' },
    { level: 'error', code: 'NATIVE_MODULE', position: 'src/index.ts:3:8' },
  ])
  await writeFile(join(folder, 'src/table.ts'), `export const table = '${'x'.repeat(600_000)}'`)
  await writeFile(entry, `import { table } from './table.ts'\nexport const length = table.length\n${source}`)
  expect((await findings(folder)).find(({ code }) => code === 'BUNDLE_SIZE')).toMatchObject({
    level: 'warning',
    message: expect.stringMatching(/^the bundle has 60\d\.\d kB of at most 5 MiB; its largest files: src\/table\.ts 600\.0 kB, /),
  })
  await writeFile(join(folder, 'src/table.ts'), `export const table = '${'x'.repeat(5_300_000)}'`)
  expect((await findings(folder))[0]).toMatchObject({ level: 'error', code: 'BUNDLE_SIZE' })
  await writeFile(entry, source.replace('sky', 'Sky!'))
  expect((await ashlar('plugin', 'check', folder)).status).toBe(1)
})

it('warns of missing globals that the source uses without a check', async () => {
  const folder = join(root.path, 'node-like')
  await ashlar('plugin', 'create', folder)
  await writeFile(
    join(folder, 'src/extra.ts'),
    `export const send = (text: string): unknown => fetch('https://a.example/' + localStorage.getItem(text))
export const local = (fetch: (url: string) => unknown): unknown => fetch('https://a.example/')
export const careful = (): unknown => (typeof location === 'undefined' ? {} : location.href)
type Setting = typeof document
export const setting = undefined as Setting | undefined
`,
  )
  const index = join(folder, 'src/index.ts')
  await writeFile(index, `${await readFile(index, 'utf8')}export { careful, local, send, setting } from './extra.ts'\n`)
  const found = (await findings(folder)).filter(({ code }) => code === 'MISSING_GLOBAL')
  expect(found).toEqual([
    {
      level: 'warning',
      code: 'MISSING_GLOBAL',
      position: 'src/extra.ts:1:48',
      message: 'the sandbox has no global fetch: use context.fetch, and name the hosts in the capability "http"',
    },
    {
      level: 'warning',
      code: 'MISSING_GLOBAL',
      position: 'src/extra.ts:1:77',
      message: 'the sandbox has no global localStorage: use context.storage, with the capability "storage"',
    },
  ])
})

it('a new package has only the types of sandbox globals, whose errors suggest replacements for fetch and location', async () => {
  const folder = join(root.path, 'typed')
  await ashlar('plugin', 'create', folder)
  await installFromWorkspace(folder)
  await writeFile(
    join(folder, 'src/extra.ts'),
    `export const answer = fetch('https://a.example/')
export const home = location.href
export { createHash } from 'node:crypto'
export { default as add } from './add.wasm'
export const present: [URL, Promise<ArrayBuffer>, number] = [
  new URL('https://a.example/'), crypto.subtle.digest('SHA-256', new TextEncoder().encode('a')), setTimeout(() => undefined, 1),
]
`,
  )
  const types = (await findings(folder)).filter(({ code }) => code === 'TYPES')
  expect(types.map(({ position, message }) => [position, message])).toEqual([
    [
      'src/extra.ts:1:23',
      `TS2349: This expression is not callable. Type '{ 'not in a sandbox': "use context.fetch, and name the hosts in the capability \\"http\\""; }' has no call signatures.`,
    ],
    [
      'src/extra.ts:2:30',
      `TS2339: Property 'href' does not exist on type '{ 'not in a sandbox': "there is no browser: use a library that does not need one"; }'.`,
    ],
  ])
})
