import { runAgainst, type TestService } from '@ashlar/sdk/rest/testing'
import { describe, expect, it } from 'vitest'
import { listObjects } from './list-objects.ts'
import { putObject } from './put-object.ts'

const place = { endpoint: 'http://127.0.0.1:9000', bucket: 'reports' }
const MIB = 1024 * 1024

/** A bucket with the operations that the blocks use, as the S3 API reference describes them. */
function createBucket(): { service: TestService; objects: Map<string, string>; uploads: Map<string, Map<number, string>> } {
  const objects = new Map<string, string>()
  const uploads = new Map<string, Map<number, string>>()
  const service: TestService = async (request) => {
    const url = new URL(request.url)
    const key = decodeURIComponent(url.pathname.slice('/reports/'.length))
    const upload = url.searchParams.get('uploadId')
    const body = await request.text()
    if (url.searchParams.has('list-type')) return list(url.searchParams)
    if (request.method === 'POST' && url.searchParams.has('uploads')) {
      uploads.set('u1', new Map())
      return new Response('<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>')
    }
    if (request.method === 'PUT' && upload !== null) {
      uploads.get(upload)?.set(Number(url.searchParams.get('partNumber')), body)
      return new Response('', { headers: { etag: `"p${url.searchParams.get('partNumber')}"` } })
    }
    if (request.method === 'POST' && upload !== null) {
      const parts = [...body.matchAll(/<PartNumber>(\d+)<\/PartNumber><ETag>p\1<\/ETag>/g)].map(([, n]) =>
        uploads.get(upload)?.get(Number(n)),
      )
      objects.set(key, parts.join(''))
      uploads.delete(upload)
      return new Response('<CompleteMultipartUploadResult><ETag>"whole"</ETag></CompleteMultipartUploadResult>')
    }
    if (request.method === 'DELETE' && upload !== null)
      return uploads.delete(upload) ? new Response(null, { status: 204 }) : new Response('', { status: 404 })
    objects.set(key, body)
    return new Response('', { headers: { etag: '"e1"' } })
  }
  const list = (query: URLSearchParams): Response => {
    const keys = [...objects.keys()].toSorted()
    const from = Number(query.get('continuation-token') ?? 0)
    const end = from + Math.min(2, Number(query.get('max-keys')))
    const contents = keys.slice(from, end).map((key) => `<Contents><Key>${key}</Key><Size>1</Size></Contents>`)
    const next = end < keys.length ? `<NextContinuationToken>${end}</NextContinuationToken>` : ''
    return new Response(`<ListBucketResult>${contents.join('')}${next}</ListBucketResult>`)
  }
  return { service, objects, uploads }
}

describe('an upload to S3', () => {
  it('of a small file is one request', async () => {
    const { service, objects } = createBucket()
    const { requests, error } = await runAgainst(putObject, { ...place, key: 'a b', file: 'a' }, service, {
      files: { a: 'hello' },
    })
    expect(error).toBeUndefined()
    expect(requests).toEqual(['PUT http://127.0.0.1:9000/reports/a%20b'])
    expect(objects.get('a b')).toBe('hello')
  })

  it('of a large file is in parts of 8 MiB', async () => {
    const { service, objects, uploads } = createBucket()
    const content = 'x'.repeat(16 * MIB) + 'end'
    const { requests, outputs } = await runAgainst(putObject, { ...place, key: 'big', file: 'a' }, service, {
      files: { a: content },
    })
    expect(outputs).toEqual([
      ['key', 'big'],
      ['etag', 'whole'],
    ])
    expect(requests.map((request) => request.split('?')[1])).toEqual([
      'uploads=',
      'partNumber=1&uploadId=u1',
      'partNumber=2&uploadId=u1',
      'partNumber=3&uploadId=u1',
      'uploadId=u1',
    ])
    expect(objects.get('big') === content).toBe(true)
    expect(uploads.size).toBe(0)
  })

  it('leaves no parts behind if it fails', async () => {
    const { service, uploads } = createBucket()
    const failing: TestService = (request) =>
      request.url.includes('partNumber=2')
        ? new Response('<Error><Code>AccessDenied</Code></Error>', { status: 403 })
        : service(request)
    const files = { a: 'x'.repeat(9 * MIB) }
    const { error } = await runAgainst(putObject, { ...place, key: 'big', file: 'a' }, failing, { files })
    expect(error).toBe('S3 answered with status 403: AccessDenied')
    expect(uploads.size).toBe(0)
  })
})

describe('a list of S3', () => {
  it('is read page by page', async () => {
    const { service, objects } = createBucket()
    for (const key of ['a', 'b', 'c', 'd', 'e']) objects.set(key, '1')
    const { outputs, requests } = await runAgainst(listObjects, place, service)
    expect(outputs.filter(([pin]) => pin === 'row').map(([, row]) => (row as { key: string }).key)).toEqual([
      'a',
      'b',
      'c',
      'd',
      'e',
    ])
    expect(requests).toHaveLength(3)
  })

  it('ends at the limit', async () => {
    const { service, objects } = createBucket()
    for (const key of ['a', 'b', 'c', 'd', 'e']) objects.set(key, '1')
    expect((await runAgainst(listObjects, { ...place, limit: 3 }, service)).outputs.at(-1)).toEqual(['count', 3])
  })
})
