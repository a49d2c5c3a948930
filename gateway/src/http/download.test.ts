import { randomUUID } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTestFiles, createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { createGateway, type Gateway } from '../server/index.ts'

const filesDir = join(tmpdir(), `ashlar-downloads-${randomUUID()}`)
let runtime: TestRuntime
let gateway: Gateway
let executionId: string
beforeAll(async () => {
  runtime = await createTestRuntime({ standby: true, filesDir })
  gateway = createGateway({ runtime, ownerKey: 'key' })
  executionId = (
    await runtime.executions.runBlock(runtime.ownerId, { block: 'text/template', inputs: { format: 'x', values: {} } })
  ).id
  const files = createTestFiles({ dir: filesDir })
  const run = files.run({ executionId })
  await run.write('page.html', '<script>alert(1)</script>')
  await run.write('Zürich "x".csv'.replaceAll('"', ''), 'a,b')
  await run.write('large.csv', 'a,b\n'.repeat(1000))
  await writeFile(join(filesDir, executionId.slice(0, 6), executionId, 'huge.csv'), Buffer.alloc(40_000_000))
  run.end()
  await files.close()
})
afterAll(async () => {
  await gateway.close()
  await runtime.close()
  await rm(filesDir, { recursive: true, force: true })
})

function download(path: string, init: RequestInit = {}): Promise<Response> {
  const { url } = runtime.executionFiles.createDownload(runtime.ownerId, { executionId, path })
  return gateway.fetch(new Request(`http://127.0.0.1${url}`, init))
}

it('streams a file as an attachment that never runs as a page', async () => {
  const response = await download('page.html')
  expect(await response.text()).toBe('<script>alert(1)</script>')
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'application/octet-stream',
    'content-length': '25',
    'content-disposition': `attachment; filename="page.html"; filename*=UTF-8''page.html`,
    'content-security-policy': "sandbox; default-src 'none'",
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store, private',
  })
})

it('declares the media type and the name of a file', async () => {
  const { headers } = await download('Zürich x.csv', { method: 'HEAD' })
  expect(headers.get('content-type')).toBe('text/csv; charset=utf-8')
  expect(headers.get('content-disposition')).toBe(`attachment; filename="Z_rich x.csv"; filename*=UTF-8''Z%C3%BCrich%20x.csv`)
})

it('resumes a download, and ignores other ranges', async () => {
  const part = await download('page.html', { headers: { range: 'bytes=20-' } })
  expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([
    206,
    'bytes 20-24/25',
    'ript>'.slice(0, 5),
  ])
  const past = await download('page.html', { headers: { range: 'bytes=25-' } })
  expect([past.status, past.headers.get('content-range')]).toEqual([416, 'bytes */25'])
  expect(await past.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] })
  const whole = await download('page.html', { headers: { range: 'bytes=0-1,3-4' } })
  expect([whole.status, (await whole.text()).length]).toEqual([200, 25])
})

it('answers HEAD without a body', async () => {
  const response = await download('page.html', { method: 'HEAD' })
  expect([response.status, response.headers.get('content-length'), await response.text()]).toEqual([200, '25', ''])
})

it.each(['/files/', '/files/x', '/files/a.b', '/files/../files/x', '/files/a/b', '/files/%2e%2e%2fx'])(
  'responds with 404 to %s',
  async (path) => expect((await gateway.fetch(new Request(`http://127.0.0.1${path}`))).status).toBe(404),
)

it('streams a file without compression', async () => {
  const response = await download('large.csv', { headers: { 'accept-encoding': 'gzip', range: 'bytes=4-' } })
  const { headers } = response
  expect([headers.get('content-encoding'), headers.get('content-length')]).toEqual([null, '3996'])
  expect((await response.text()).length).toBe(3996)
})

it('closes the file when the client leaves', async () => {
  const { origin } = new URL(await gateway.listen(0))
  const open = vi.spyOn(runtime.executionFiles, 'openDownload')
  const { url } = runtime.executionFiles.createDownload(runtime.ownerId, { executionId, path: 'huge.csv' })
  const leave = new AbortController()
  const response = await fetch(origin + url, { signal: leave.signal })
  await response.body?.getReader().read()
  const opened: unknown = await open.mock.results[0]?.value
  const { reader } = opened as Awaited<ReturnType<typeof runtime.executionFiles.openDownload>>
  leave.abort()
  await expect.poll(() => reader.read()).toBeNull() // a closed reader returns null
})
