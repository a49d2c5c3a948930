import { randomUUID, randomUUIDv7 } from 'node:crypto'
import { link, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { execFile } from 'node:child_process'
import { createTestFiles, type TestFiles, type TestFilesOptions, type TestFilesRun } from '@ashlar/core/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startHostileRuntime, type HostileRuntime } from './hostile-runtime.ts'
import type { PluginBlock } from './plugin-source.ts'

/*
 * A block with the capability `files` tries to leave the workspace of its execution, to fill the disk, and to keep
 * files open. Most tests make host calls directly, because a guest can make any host call.
 */

const CHUNK = Buffer.alloc(64 * 1024).toString('base64')
const victim = randomUUIDv7()
const own = randomUUIDv7()
/** The path of an execution's workspace in the folder of all workspaces. */
const workspacePath = (id: string): string => `${id.slice(0, 6)}/${id}`

let folder: string
let dir: string
let files: TestFiles
let block: TestFilesRun
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ashlar-hostile-files-'))
  dir = join(folder, 'files')
  files = createTestFiles({ dir })
  await files.run({ executionId: victim }).write('secret', 'of alice')
  await writeFile(join(folder, 'outside'), 'of the host')
  block = files.run({ executionId: own })
  await block.write('own', 'of mallory')
})
afterEach(async () => {
  await files.close()
  await rm(folder, { recursive: true })
})

/** Asserts that the files of others are unchanged and that no file was created outside the workspaces. */
async function expectNothingReached(): Promise<void> {
  expect(await readFile(join(folder, 'outside'), 'utf8')).toBe('of the host')
  expect(await readFile(join(dir, workspacePath(victim), 'secret'), 'utf8')).toBe('of alice')
  expect((await readdir(folder)).toSorted()).toEqual(['files', 'outside'])
  expect((await readdir(join(dir, workspacePath(victim)))).toSorted()).toEqual(['secret'])
  const periods = new Set([victim.slice(0, 6), own.slice(0, 6)])
  expect((await readdir(dir)).toSorted()).toEqual([...periods, 'incoming'].toSorted())
}

/** Makes every host call that takes a path. @returns the error codes or results */
async function tryAll(path: unknown): Promise<unknown[]> {
  const attempts = [
    () => block.read(path),
    () => block.write(path, 'stolen'),
    () => block.perform('files.stat', path),
    () => block.perform('files.delete', path),
    () => block.perform('files.list', path, ''),
  ]
  const outcomes: unknown[] = []
  for (const attempt of attempts) outcomes.push(await attempt().catch(({ code }: { code?: string }) => code ?? 'the host failed'))
  return outcomes
}

const INVALID = Array.from({ length: 5 }, () => 'FILE_PATH_INVALID')

const REFUSED: [what: string, path: unknown][] = [
  ['the folder above', '..'],
  ['a file above', '../outside'],
  ['a file far above', '../../../outside'],
  ['an absolute path', '/etc/passwd'],
  ['an absolute path with two slashes', '//etc/passwd'],
  ['the folder itself', '.'],
  ['the folder itself, with a slash', './'],
  ['the folder itself as a slash', '/'],
  ['down and up', 'a/../../outside'],
  ['down and up to itself', 'a/../own'],
  ['up after a file', 'own/../../outside'],
  ['up at the end', 'a/..'],
  ['up in the middle of dots', 'a/./../b'],
  ['a name that is empty', 'a//b'],
  ['a path that is empty, in a list of names', ['']],
  ['a slash at the end', 'own/'],
  ['up with backslashes', '..\\..\\outside'],
  ['up with both slashes', '..\\../outside'],
  ['a backslash in a name', 'a\\b'],
  ['up with a NUL at the end', '..\0'],
  ['a NUL that cuts a suffix', 'own\0.txt'],
  ['a NUL that cuts a way up', '../outside\0own'],
  ['a line feed', 'own\n'],
  ['a carriage return', 'own\r/../x'],
  ['an escape sequence', '\u001b[2Jown'],
  ['a C1 control', 'own\u009b'],
  ['a delete character', 'own\u007f'],
  ['a way up with a space', '.. /outside'],
  ['a way up with a dot and a space', '. ./.. '],
  ['three dots, which some take for two levels', '.../'],
  ['a name of dots alone', '...'],
  ['a name with a dot at its end', 'own.'],
  ['a name with a space at its end', 'own '],
  ['a drive', 'C:\\Windows'],
  ['a drive and slashes', 'C:/Windows/win.ini'],
  ['a path relative to a drive', 'C:own'],
  ['a share', '\\\\server\\share'],
  ['a device path', '\\\\?\\C:\\'],
  ['a file url', 'file:///etc/passwd'],
  ['an alternate data stream', 'own:hidden'],
  ['the data stream itself', 'own::$DATA'],
  ['the console', 'CON'],
  ['the null device', 'nul'],
  ['the null device with an extension', 'a/NUL.txt'],
  ['a serial port', 'com1.log'],
  ['a printer with a superscript', 'LPT¹'],
  ['a device with a space before its extension', 'aux .txt'],
  ['a wildcard', '*'],
  ['a pattern', 'own?'],
  ['a pipe', 'own|cat'],
  ['a redirection', '>own'],
  ['a right-to-left override', 'exe.\u202etxt'],
  ['an isolate of direction', '\u2066own'],
  ['a line separator', 'own\u2028'],
  ['a byte order mark', '\ufeffown'],
  ['a lone surrogate', 'own\ud800'],
  ['a way up in full-width dots made one by the full-width slash and a NUL', '．．／\0'],
  ['a name of 256 bytes', 'a'.repeat(256)],
  ['a name of 256 bytes in few characters', 'é'.repeat(128)],
  ['a path of 2 KiB', 'a/'.repeat(1023) + 'a'],
  ['a path of 16 MiB', 'a'.repeat(16 * 1024 * 1024)],
  ['a path that grows when it is normalised', '\u1fb7'.repeat(400)],
  ['a way up with an invisible character', '.\u200b./outside'],
  ['33 names', Array.from({ length: 33 }, () => 'a').join('/')],
  ['a number', 7],
  ['true', true],
  ['an array of a path', ['own']],
  ['an array of names', ['..', 'outside']],
  ['an object that converts to a path', { toString: () => 'own' }],
  ['an object with a length', { length: 1, 0: '..' }],
  ['the workspace of another', `../../${workspacePath(victim)}/secret`],
  ['the workspace of another in the same hours', `../${victim}/secret`],
  ['the folder of incomplete files', '../../incoming'],
]

/** Paths that are only unusual names in the own workspace. */
const HARMLESS: [what: string, path: string][] = [
  ['a way up, percent-encoded', '%2e%2e%2foutside'],
  ['a way up, percent-encoded twice', '%252e%252e%252foutside'],
  ['a way up with an overlong slash', '..%c0%afoutside'],
  ['a way up in full-width characters', '．．／outside'],
  ['a way up with a division slash', '..\u2215outside'],
  ['a way up with a fraction slash', '..\u2044outside'],
  ['a way up in two-dot leaders', '\u2025/outside'],
  ['a way up with a one-dot leader', '\u2024\u2024/outside'],
  ['the home of a user', '~/outside'],
  ['a variable', '$HOME/outside'],
  ['a variable of Windows', '%USERPROFILE%/outside'],
  ['a command', '$(touch outside)'],
  ['an option', '-rf'],
  ['the name of a prototype', '__proto__/constructor'],
  ['the id of another execution', victim],
  ['the place of another execution', `${workspacePath(victim)}/secret`],
  ['the folder of incomplete files', 'incoming/outside'],
  ['a short name of Windows', 'SECRET~1'],
  ['a name with a decomposed letter', 'cafe\u0301'],
  ['a name with a Kelvin sign', '\u212a'],
  ['a name of 255 bytes', 'a'.repeat(255)],
  ['32 names', Array.from({ length: 32 }, () => 'a').join('/')],
]

describe('a path is rejected before it is used:', () => {
  it.each(REFUSED)('%s', async (_what, path) => {
    expect(await tryAll(path)).toEqual(INVALID)
    await expectNothingReached()
    expect(await block.read('own')).toBe('of mallory')
  })

  it.each([[undefined], [null]])('%s, except for a list of all files', async (path) => {
    expect((await tryAll(path)).slice(0, 4)).toEqual(INVALID.slice(1))
    expect(await block.perform('files.list', path, '')).toMatchObject([{ path: 'own' }])
  })
})

describe('a path that resembles another one denotes only itself:', () => {
  it.each(HARMLESS)('%s', async (_what, path) => {
    await block.write(path, 'mine')
    expect(await block.read(path)).toBe('mine')
    expect(await block.perform('files.list', '', '')).toHaveLength(2)
    await block.perform('files.delete', path)
    await expectNothingReached()
    expect(await readdir(join(dir, workspacePath(own)))).toEqual(['own'])
  })

  it('two Unicode forms of a name denote one file', async () => {
    await block.write('cafe\u0301', 'decomposed')
    await block.write('caf\u00e9', 'composed')
    expect(await block.read('cafe\u0301')).toBe('composed')
    expect(await block.perform('files.list', '', '')).toHaveLength(2)
  })

  it('a list continues after any text within its own workspace', async () => {
    for (const after of ['../', '../../', '\0', '\uffff', `../${victim}/`, '%'])
      expect(((await block.perform('files.list', '', after)) as { path: string }[]).every(({ path }) => path === 'own')).toBe(
        true,
      )
  })
})

describe.skipIf(process.platform === 'win32')('an entry planted in the workspace leads nowhere:', () => {
  const root = (): string => join(dir, workspacePath(own))

  it.each<[what: string, plant: () => Promise<unknown>, path: string]>([
    ['a link to a file', () => symlink(join(folder, 'outside'), join(root(), 'link')), 'link'],
    ['a relative link', () => symlink('../../../outside', join(root(), 'link')), 'link'],
    ['a link to the workspace of another', () => symlink(join(dir, workspacePath(victim)), join(root(), 'link')), 'link/secret'],
    ['a link to the folder above', () => symlink('..', join(root(), 'link')), `link/${victim}/secret`],
    ['a link to the root', () => symlink('/', join(root(), 'link')), 'link/etc/passwd'],
    [
      'a link to a link',
      () => symlink('first', join(root(), 'link')).then(() => symlink(folder, join(root(), 'first'))),
      'link/outside',
    ],
    ['a link to itself', () => symlink('link', join(root(), 'link')), 'link/outside'],
    ['a link to nothing', () => symlink(join(folder, 'new'), join(root(), 'link')), 'link'],
    [
      'a link deep inside',
      () => mkdir(join(root(), 'a')).then(() => symlink(folder, join(root(), 'a', 'link'))),
      'a/link/outside',
    ],
    ['a link to the folder of processes', () => symlink('/proc/self', join(root(), 'link')), 'link/environ'],
  ])('%s', async (_what, plant, path) => {
    await plant()
    const [read, write, stat, remove] = await tryAll(path)
    expect(['FILE_PATH_INVALID', 'FILE_NOT_FOUND']).toContain(read)
    expect(['FILE_PATH_INVALID', 'FILE_NOT_FOUND']).toContain(write)
    expect([null, 'FILE_PATH_INVALID']).toContain(stat)
    expect([null, undefined, 'FILE_PATH_INVALID']).toContain(remove)
    expect(await block.perform('files.list', '', '')).toMatchObject([{ path: 'own' }])
    await expectNothingReached()
  })

  it('a way up after a link', async () => {
    await symlink(dir, join(root(), 'link'))
    expect(await tryAll('link/../outside')).toEqual(INVALID)
    await expectNothingReached()
  })

  it('a named pipe, without waiting for a writer', async () => {
    await promisify(execFile)('mkfifo', [join(root(), 'pipe')])
    await expect(block.read('pipe')).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' })
    await block.write('pipe', 'a file takes its place')
    expect(await block.read('pipe')).toBe('a file takes its place')
  })

  it('a hard link to a file outside, which is replaced instead of overwritten', async () => {
    await link(join(folder, 'outside'), join(root(), 'hard'))
    await block.write('hard', 'mine')
    await expectNothingReached()
  })

  it('a link that replaces the workspace', async () => {
    const other = randomUUIDv7()
    await mkdir(join(dir, other.slice(0, 6)), { recursive: true })
    await symlink(join(dir, workspacePath(victim)), join(dir, workspacePath(other)))
    await expect(files.run({ executionId: other }).read('secret')).rejects.toThrow('is a link')
    await expectNothingReached()
  })
})

describe('the files of a block are limited:', () => {
  const limited = (limits: TestFilesOptions['limits'] & object): TestFilesRun => {
    files = createTestFiles({ dir, limits })
    return files.run({ executionId: own })
  }
  const tooMuch: unknown = expect.objectContaining({ code: 'FILE_LIMIT' })

  /** Writes until a write is rejected. @returns the number of bytes written */
  async function writeForEver({ perform }: TestFilesRun, path: string): Promise<number> {
    const id = await perform('files.create', path)
    for (let bytes = 0; ; bytes += 64 * 1024) {
      const refusal = await perform('files.write', id, CHUNK).catch((error: unknown) => error)
      if (refusal === undefined) continue
      expect(refusal).toEqual(tooMuch)
      return bytes
    }
  }

  it('an endless stream is rejected and leaves no file', async () => {
    expect(await writeForEver(limited({ maxFileBytes: 8 * 1024 * 1024 }), 'a')).toBe(8 * 1024 * 1024)
    expect(await readdir(join(dir, 'incoming'))).toEqual([])
  })

  it('unfinished files count together', async () => {
    const greedy = limited({ maxWorkspaceBytes: 1024 * 1024, maxFileBytes: 600 * 1024 })
    expect(await writeForEver(greedy, 'a')).toBeLessThanOrEqual(600 * 1024)
    const id = await greedy.perform('files.create', 'b')
    for (let i = 0; i < 9; i++) await greedy.perform('files.write', id, CHUNK)
    expect(await writeForEver(greedy, 'c')).toBeLessThan(512 * 1024)
    greedy.end()
  })

  it('many small files and many folders', async () => {
    const greedy = limited({ maxEntries: 20 })
    let written = 0
    const refusal = await (async () => {
      for (;;) written += Number(Boolean(await greedy.write(`f${written}`, '')))
    })().catch((error: unknown) => error)
    expect(refusal).toEqual(tooMuch)
    expect(written).toBe(19)
    await expect(greedy.write('a/b/c', '')).rejects.toEqual(tooMuch)
    await greedy.perform('files.delete', 'f1')
    await expect(greedy.write('a/b', '')).rejects.toEqual(tooMuch)
    await greedy.write('a', '')
  })

  it('cancelled files leave no empty folders', async () => {
    for (let i = 0; i < 20; i++) {
      const id = await block.perform('files.create', `deep${i}/b/c/d`)
      await block.perform('files.cancel', id)
    }
    expect(await readdir(join(dir, workspacePath(own)))).toEqual(['own'])
  })

  it('the number of open streams, including those being opened', async () => {
    const opened = await Promise.allSettled(
      Array.from({ length: 200 }, (_, i) => block.perform(i % 2 ? 'files.open' : 'files.create', 'own')),
    )
    expect(opened.filter(({ status }) => status === 'fulfilled')).toHaveLength(16)
    expect(
      opened
        .filter((each) => each.status === 'rejected')
        .every(({ reason }) => (reason as { code: string }).code === 'FILE_LIMIT'),
    ).toBe(true)
  })

  it('the streams of one user in many executions, without an effect on other users', async () => {
    const ownerId = randomUUID()
    const runs = Array.from({ length: 20 }, () => files.run({ ownerId }))
    const opened = await Promise.allSettled(
      runs.flatMap(({ perform }) => Array.from({ length: 16 }, () => perform('files.create', 'a'))),
    )
    expect(opened.filter(({ status }) => status === 'fulfilled')).toHaveLength(256)
    await block.write('b', '1')
    for (const run of runs) run.end()
    await files.settled()
    expect(await readdir(join(dir, 'incoming'))).toEqual([])
    await files.run({ ownerId }).write('a', '1')
  })

  it.each([['A'.repeat(87_385)], ['A'.repeat(16 * 1024 * 1024)], ['=='], ['A\0'], [{ length: 1 }], [[65]], [undefined]])(
    'a chunk is base64 of at most 64 KiB (%#)',
    async (piece) => {
      const id = await block.perform('files.create', 'a')
      const refusal: unknown = await block.perform('files.write', id, piece).catch((error: unknown) => error)
      const written = await block.perform('files.end', id)
      expect(written).toMatchObject({ bytes: 0 })
      expect(refusal === undefined ? piece : (refusal as { code: string }).code).toBe(piece === '==' ? '==' : 'BAD_INPUT')
    },
  )
})

describe('a file that is not open cannot be used:', () => {
  it.each([[0], [-1], [1.5], [NaN], ['1'], [null], [{}], [[1]], [2 ** 53], ['__proto__']])('number %j', async (id) => {
    await block.perform('files.create', 'a')
    for (const method of ['read', 'write', 'end'])
      await expect(block.perform(`files.${method}`, id, 'YQ==')).rejects.toMatchObject({ code: 'BAD_INPUT' })
    block.end()
  })

  it('a number of another run', async () => {
    const other = files.run({ executionId: victim })
    const id = await other.perform('files.create', 'secret')
    await expect(block.perform('files.write', id, 'YQ==')).rejects.toMatchObject({ code: 'BAD_INPUT' })
    await block.perform('files.cancel', id)
    await other.perform('files.cancel', id)
    await expectNothingReached()
  })

  it('a file opened in the other direction', async () => {
    const { id: reading } = (await block.perform('files.open', 'own')) as { id: number }
    const writing = await block.perform('files.create', 'own')
    await expect(block.perform('files.write', reading, 'YQ==')).rejects.toMatchObject({ code: 'BAD_INPUT' })
    await expect(block.perform('files.read', writing)).rejects.toMatchObject({ code: 'BAD_INPUT' })
    expect(await block.read('own')).toBe('of mallory')
  })

  it('any file after the run has ended', async () => {
    const id = await block.perform('files.create', 'own')
    const writing = block.perform('files.write', id, CHUNK).catch(() => 'cancelled')
    const ending = block.perform('files.create', 'late').catch(() => 'cancelled')
    block.end()
    expect(await ending).toBe('cancelled')
    await writing
    expect(await tryAll('own')).toEqual(Array.from({ length: 5 }, () => 'BAD_INPUT'))
    await files.close()
    expect(await readdir(join(dir, 'incoming'))).toEqual([])
    expect(await readFile(join(dir, workspacePath(own), 'own'), 'utf8')).toBe('of mallory')
  })
})

const ALL = `{ files: ['read', 'write'] }`
const SETTLE = `const settle = async (call) => { try { return await call() } catch (error) { return error.code ?? error.message } }; `

const BLOCKS: PluginBlock[] = [
  { name: 'read-without', run: `yield ['out', await context.files.readText('secret')]` },
  { name: 'write-without', run: `yield ['out', await context.files.write('secret', 'stolen')]` },
  { name: 'list-without', run: `yield ['out', await context.files.list()]` },
  { name: 'write-with-read', capabilities: `{ files: ['read'] }`, run: `yield ['out', await context.files.write('a', 'x')]` },
  { name: 'delete-with-read', capabilities: `{ files: ['read'] }`, run: `yield ['out', await context.files.delete('a')]` },
  { name: 'read-with-write', capabilities: `{ files: ['write'] }`, run: `yield ['out', await context.files.read('a')]` },
  { name: 'stat-with-write', capabilities: `{ files: ['write'] }`, run: `yield ['out', await context.files.stat('a')]` },
  {
    name: 'keeps-files',
    capabilities: ALL,
    run: `${SETTLE} globalThis.kept ??= context.files
          yield ['out', await Promise.race([settle(() => kept.write('late', 'x')), new Promise((done) => setTimeout(done, 500, 'no answer'))])]`,
  },
  {
    name: 'leaves-open',
    capabilities: ALL,
    run: `${SETTLE} await context.files.write('a', 'x'); for (let i = 0; i < 16; i++) await context.files.open('a'); yield ['out', await settle(() => context.files.open('a'))]`,
  },
  {
    name: 'never-ends',
    capabilities: ALL,
    run: `context.files.write('a', new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1000)) })).catch(() => {}); yield ['out', 'begun']`,
  },
  {
    name: 'odd-data',
    capabilities: ALL,
    run: `${SETTLE} for (const data of [null, undefined, 1, {}, [1], { getReader: 1 }, { stream: () => 7 }, new Uint16Array(2)]) yield ['out', typeof (await settle(() => context.files.write('a', data))) === 'string']
          yield ['out', await context.files.stat('a')]`,
  },
]

describe('a block in the sandbox', () => {
  let hostile: HostileRuntime
  beforeAll(async () => {
    hostile = await startHostileRuntime(BLOCKS)
  })
  afterAll(() => hostile.close())

  it.each(BLOCKS.filter(({ name }) => name.includes('-with')).map(({ name }) => name))(
    'gets no capability that it does not declare: %s',
    async (name) => {
      expect(await hostile.run(hostile.mallory, [name])).toMatchObject({
        status: 'FAILED',
        code: 'CAPABILITY_MISSING',
        yielded: [],
      })
    },
  )

  it('cannot use the files of a run that has ended', async () => {
    const document = {
      nodes: ['one', 'two'].map((id) => ({ id, block: 'hostile/keeps-files', inputs: { n: 1 } })),
      links: [{ from: 'one.out', to: 'two.n' }],
    }
    const { id } = await hostile.runtime.graphs.create(hostile.mallory, { name: 'Kept', document })
    const { yielded } = await hostile.start(hostile.mallory, id)
    expect(yielded).toEqual([
      ['out', expect.objectContaining({ path: 'late' })],
      ['out', 'no answer'],
    ])
  })

  it('may leave files open when it ends', async () => {
    expect((await hostile.run(hostile.mallory, ['leaves-open'])).yielded).toEqual([['out', 'FILE_LIMIT']])
    expect((await hostile.run(hostile.mallory, ['never-ends'])).yielded).toEqual([['out', 'begun']])
    expect((await hostile.run(hostile.mallory, ['odd-data'])).yielded).toEqual([
      ...Array.from({ length: 8 }, () => ['out', true]),
      ['out', null],
    ])
    expect(hostile.runtime.failures).toEqual([])
  })
})
