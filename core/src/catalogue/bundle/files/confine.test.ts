import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, realpath, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AshlarError } from '../../../base/index.ts'
import { openBundler, type Bundler, type BundlerOutput } from '../bundle.ts'

const SECRET = 'the text of a secret file'
const BUNDLES = 200

let root: string
let folder: string
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'ashlar-confine-')))
  folder = join(root, 'package')
  await write({
    '../secret.txt': SECRET,
    '../secret.js': `export default '${SECRET}'`,
    '../secret.map': mapOf(['x.ts'], [SECRET]),
  })
})
afterEach(() => rm(root, { recursive: true }))

async function write(files: Record<string, string>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    const filled = text.replaceAll('ROOT', root).replaceAll(/BASE64\((.*?)\)'$/gs, (_, part: string) => `${inBase64(part)}'`)
    await writeFile(join(folder, path), filled)
  }
}

function open(): Promise<Bundler> {
  const confined = { reach: { roots: [folder], links: [] }, tsconfig: '{}' }
  return openBundler({ entry: join(folder, 'index.js'), folder, withSources: true, confined })
}

/** @returns the error when the bundler rejects the package */
async function bundle(): Promise<BundlerOutput | AshlarError> {
  const bundler = await open()
  try {
    return await bundler.bundle().catch((error: AshlarError) => error)
  } finally {
    await bundler.close()
  }
}

/** @param contents the contents of the sources. The mapping points to the first character of the first source. */
function mapOf(sources: string[], contents?: (string | null)[], more: object = {}): string {
  return JSON.stringify({
    version: 3,
    sources,
    ...(contents && { sourcesContent: contents }),
    names: [],
    mappings: 'AAAA',
    ...more,
  })
}

const inBase64 = (text: string): string => Buffer.from(text).toString('base64')
const OUTSIDE_MAP = '# sourceMappingURL=file://ROOT/secret.map'
const inUrl = (type: string, text: string): string => `data:${type};base64,BASE64(${text})`
const OWN = 'export const own = 1\nconsole.log(own)\n'
const IMPORTING = `import './own.js'`

describe('a bundle contains no text from a file outside the package', () => {
  it.each<[string, Record<string, string>]>([
    ['that is the source map', { 'own.js': `${OWN}//# sourceMappingURL=../secret.map` }],
    ['that is the source map, by a file URL', { 'own.js': `${OWN}//# sourceMappingURL=file://ROOT/secret.map` }],
    [
      'that is the source map of a style sheet',
      { 'own.js': `import './a.css'`, 'a.css': 'a {}\n/*# sourceMappingURL=../secret.map */' },
    ],
    ['that a source map names', { 'own.js': `${OWN}//# sourceMappingURL=own.map`, 'own.map': mapOf(['../secret.txt']) }],
    [
      'that a source map names absolutely',
      { 'own.js': `${OWN}//# sourceMappingURL=own.map`, 'own.map': mapOf(['ROOT/secret.txt'], [null]) },
    ],
    [
      'that a source map names relative to its sourceRoot',
      { 'own.js': `${OWN}//# sourceMappingURL=own.map`, 'own.map': mapOf(['secret.txt'], [], { sourceRoot: 'file://ROOT' }) },
    ],
    [
      'that a section of a source map names',
      {
        'own.js': `${OWN}//# sourceMappingURL=own.map`,
        'own.map': `{ "version": 3, "sections": [{ "offset": { "line": 0, "column": 0 }, "map": ${mapOf(['ROOT/secret.txt'])} }] }`,
      },
    ],
    [
      'that a source map in a comment names',
      { 'own.js': `${OWN}//# sourceMappingURL=data:application/json;base64,${inBase64(mapOf(['../secret.txt']))}` },
    ],
    [
      'that is the source map of a module in a URL',
      { 'own.js': `import '${inUrl('text/javascript', `${OWN}//${OUTSIDE_MAP}`)}'` },
    ],
    [
      'that is the source map of a style sheet in a URL',
      { 'own.js': `import '${inUrl('text/css', `a {}\n/*${OUTSIDE_MAP} */`)}'` },
    ],
  ])('%s', async (_which, files) => {
    await write({ 'index.js': IMPORTING, ...files })
    expect(JSON.stringify(await bundle())).not.toContain(SECRET)
  })

  it('that replaces a file after the check', async () => {
    await write({ 'index.js': `import text from './own.txt'\nconsole.log(text)`, 'own.txt': 'own' })
    const swapper = spawn(process.execPath, ['-e', SWAPPING, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
    await once(swapper.stdout, 'data')
    const bundler = await open()
    let bundled = ''
    for (let i = 0; i < BUNDLES; i++) bundled += (await bundler.bundle().catch(() => ({ code: '' }))).code
    await bundler.close()
    swapper.kill()
    await once(swapper, 'exit')
    expect(bundled).toContain('own')
    expect(bundled).not.toContain(SECRET)
  })
})

/** Makes `own.txt` alternate between a file and a link to an outside file. */
const SWAPPING = `
  const { renameSync, symlinkSync, writeFileSync } = require('node:fs')
  process.chdir(process.argv[1])
  for (let i = 0; ; i++) {
    writeFileSync('next', 'own')
    renameSync('next', 'own.txt')
    symlinkSync('../secret.txt', 'next')
    renameSync('next', 'own.txt')
    if (i === 0) console.log('started')
  }`

describe('the bundler rejects a package', () => {
  it('that imports a named pipe, without waiting for a writer', async () => {
    await write({ 'index.js': `import text from './pipe.txt'` })
    await once(spawn('mkfifo', [join(folder, 'pipe.txt')]), 'exit')
    expect(await bundle()).toMatchObject({
      code: 'PLUGIN_LOAD_FAILED',
      message: expect.stringMatching(/pipe\.txt.*regular file/) as string,
    })
  })

  it('that imports too many bytes, before it reads the file', async () => {
    await write({ 'index.js': `import text from './large.txt'`, 'large.txt': '' })
    await truncate(join(folder, 'large.txt'), 2 ** 40)
    expect(await bundle()).toMatchObject({
      code: 'PLUGIN_LOAD_FAILED',
      message: expect.stringContaining('16777216 bytes') as string,
    })
  })
})

describe('a source map inside the package', () => {
  it.each<[string, Record<string, string>]>([
    ['in a file', { 'dist/own.js': `${OWN}//# sourceMappingURL=own.js.map`, 'dist/own.js.map': mapOf(['../src/own.ts']) }],
    [
      'in another directory',
      { 'dist/own.js': `${OWN}//# sourceMappingURL=../maps/own.map`, 'maps/own.map': mapOf(['../src/own.ts']) },
    ],
    [
      'with a root',
      {
        'dist/own.js': `${OWN}//# sourceMappingURL=own.map`,
        'dist/own.map': mapOf(['own.ts'], [null], { sourceRoot: '../src' }),
      },
    ],
    [
      'in a comment',
      {
        'dist/own.js': `${OWN}/*# sourceMappingURL=data:application/json;base64,${inBase64(mapOf(['../src/own.ts'], ['the source']))} */`,
        'src/own.ts': 'another source',
      },
    ],
  ])('is applied (%s)', async (_where, files) => {
    await write({ 'index.js': `import './dist/own.js'`, 'src/own.ts': 'the source', ...files })
    const output = await bundle()
    expect('map' in output && JSON.parse(output.map)).toMatchObject({ sources: ['src/own.ts'], sourcesContent: ['the source'] })
  })

  it.each([
    ['text', '"x //# sourceMappingURL=own.map"'],
    ['bytes', `"${inBase64('x //# sourceMappingURL=own.map')}"`],
  ])('does not change a module that is imported as %s', async (type, expected) => {
    await write({
      'index.js': `import own from './own.js' with { type: '${type}' }\nconsole.log(own)`,
      'own.js': 'x //# sourceMappingURL=own.map',
    })
    expect(await bundle()).toMatchObject({ code: expect.stringContaining(expected) as string })
  })
})
