import { randomUUID } from 'node:crypto'
import { symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestRuntime, type TestRuntime } from '../../../testing/index.ts'
import { createFolderStore } from '../../../workspaces/index.ts'
import { createDownloadTokens } from './download-tokens.ts'
import type { ExecutionFileRequest } from './execution-files.ts'

const KEY = Buffer.alloc(32, 'files').toString('base64')
const filesDir = join(tmpdir(), `ashlar-execution-files-${randomUUID()}`)
let runtime: TestRuntime
let executionId: string
let empty: string
beforeAll(async () => {
  runtime = await createTestRuntime({ standby: true, filesDir, secretKeys: [KEY] })
  const start = async (): Promise<string> =>
    (await runtime.executions.runBlock(runtime.ownerId, { block: 'text/template', inputs: { format: 'x', values: {} } })).id
  executionId = await start()
  empty = await start()
  const workspace = await createFolderStore(filesDir).open(executionId, [])
  for (const [path, text] of [
    ['a/one.csv', '1'],
    ['a/two.html', '22'],
    ['b.txt', '333'],
  ] as const) {
    const writer = await workspace.create(path.split('/'))
    await writer.write(Buffer.from(text))
    await writer.end()
  }
})
afterAll(async () => {
  await runtime.close()
  await rm(filesDir, { recursive: true, force: true })
})

const REQUEST = { first: 100, filter: {}, countTotal: true, orderBy: { field: 'PATH', direction: 'ASC' } } as const

async function listPaths(options: Partial<ExecutionFileRequest> = {}): Promise<(string | undefined)[]> {
  const pages = await runtime.executionFiles.list(runtime.ownerId, [executionId], { ...REQUEST, ...options })
  return pages.get(executionId)?.items.map(({ item }) => item.path) ?? []
}

function tokenOf(path: string, ownerId = runtime.ownerId): string {
  return runtime.executionFiles.createDownload(ownerId, { executionId, path }).url.slice('/files/'.length)
}

async function download(token: string, start?: number): Promise<string> {
  const { reader } = await runtime.executionFiles.openDownload(token, start)
  const text = String((await reader.read()) ?? '')
  await reader.close()
  return text
}

describe('the files of an execution', () => {
  it('have a path, a size and a media type unless a browser could run them', async () => {
    const page = (await runtime.executionFiles.list(runtime.ownerId, [executionId], REQUEST)).get(executionId)
    expect(page?.total).toBe(3)
    expect(page?.items.map(({ item: { path, bytes, mediaType } }) => [path, bytes, mediaType])).toEqual([
      ['a/one.csv', 1, 'text/csv; charset=utf-8'],
      ['a/two.html', 2, undefined],
      ['b.txt', 3, 'text/plain; charset=utf-8'],
    ])
  })

  it('are filtered, sorted and paged', async () => {
    expect(await listPaths({ filter: { pathPrefix: 'a/' } })).toEqual(['a/one.csv', 'a/two.html'])
    expect(await listPaths({ orderBy: { field: 'SIZE', direction: 'DESC' } })).toEqual(['b.txt', 'a/two.html', 'a/one.csv'])
    expect(await listPaths({ first: 1, after: { value: 'a/one.csv', id: 'a/one.csv' } })).toEqual(['a/two.html'])
  })

  it('are none before it stores one, and listing creates no workspace', async () => {
    const pages = await runtime.executionFiles.list(runtime.ownerId, [empty], REQUEST)
    expect(pages.get(empty)).toEqual({ items: [], hasMore: false, total: 0 })
    expect(await createFolderStore(filesDir).find(empty)).toBeUndefined()
  })

  it('are not visible to another user', async () => {
    expect(await runtime.executionFiles.list(randomUUID(), [executionId], REQUEST)).toEqual(new Map())
    await expect(download(tokenOf('b.txt', randomUUID()))).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})

describe('a download link', () => {
  it('reads its file, from any byte', async () => {
    expect(await download(tokenOf('b.txt'))).toBe('333')
    expect(await download(tokenOf('b.txt'), 2)).toBe('3')
  })

  it.each(['', '/etc/passwd', '../x', 'a/../b.txt', 'a//b', 'a\\b', 'C:/x', 'a/.', 'nul', 'x\0', '\u202ex', '\ud800'])(
    'is not created for the path %j',
    (path) => expect(() => tokenOf(path)).toThrow(expect.objectContaining({ code: 'FILE_PATH_INVALID' })),
  )

  it.each(['a', 'a/none.csv', 'b.txt/x'])('finds nothing at %s, which is not a file', (path) =>
    expect(download(tokenOf(path))).rejects.toMatchObject({ code: 'NOT_FOUND' }),
  )

  it('does not follow a symbolic link out of the workspace', async () => {
    const secret = join(filesDir, 'secret')
    await writeFile(secret, 'secret')
    const folder = join(filesDir, executionId.slice(0, 6), executionId)
    await symlink(secret, join(folder, 'link.txt'))
    await symlink(filesDir, join(folder, 'linked'))
    for (const path of ['link.txt', 'linked/secret'])
      await expect(download(tokenOf(path))).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(await listPaths()).toEqual(['a/one.csv', 'a/two.html', 'b.txt'])
  })

  it('is rejected after any change', async () => {
    const token = tokenOf('b.txt')
    const forged = Buffer.from(JSON.stringify({ o: runtime.ownerId, e: executionId, p: 'a/one.csv', t: 1e15 })).toString(
      'base64url',
    )
    const changes = [
      '',
      '.',
      'x',
      token.slice(1),
      token.slice(0, -2),
      `${token}.x`,
      `${forged}.${token.split('.')[1]}`,
      'a'.repeat(1e6),
    ]
    for (const changed of changes) await expect(download(changed)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('is signed by the first key, accepted with any key, and expires', () => {
    const file = { ownerId: 'o', executionId: 'e', path: 'p' }
    const [other, at] = [Buffer.alloc(32, 'other').toString('base64'), new Date(1000)]
    const token = createDownloadTokens([KEY]).sign(file, at)
    expect(createDownloadTokens([other, KEY]).verify(token, new Date(999))).toEqual(file)
    expect(createDownloadTokens([other, KEY]).verify(token, at)).toBeUndefined()
    expect(createDownloadTokens([other]).verify(token, new Date(999))).toBeUndefined()
    expect(createDownloadTokens([]).verify(token, new Date(999))).toBeUndefined()
    expect(() => createDownloadTokens([]).sign(file, at)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
  })
})
