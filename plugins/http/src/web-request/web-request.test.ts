import type { BlockContext } from '@ashlar/sdk'
import { expect, it } from 'vitest'
import { webRequest } from './web-request.ts'

interface Sent {
  method: string
  type: string
  request: Request
}

/** Runs the block with a server that answers `{}`, and returns its only request. */
async function send(input: object): Promise<Sent> {
  let request: Request | undefined
  const fetch: BlockContext['fetch'] = async (url, init) => {
    request = new Request(url, init)
    return Response.json({})
  }
  const files = { open: async (path: string) => new Blob([`text of ${path}`]).stream() }
  const context = { fetch, files, signal: new AbortController().signal, log: () => {} } as unknown as BlockContext
  const given = webRequest.input.parse({ url: 'https://api.example.com/', ...input })
  const pairs = webRequest.run(given as never, context) as AsyncIterable<[string, unknown]>
  for await (const pair of pairs) expect(pair).toEqual(['response', {}])
  if (!request) throw new Error('the block sent no request')
  return { method: request.method, type: request.headers.get('content-type') ?? '', request }
}

it('sends the fields as JSON', async () => {
  const { method, type, request } = await send({ body: { a: [1, null] } })
  expect([method, type, await request.text()]).toEqual(['POST', 'application/json', '{"a":[1,null]}'])
})

it('keeps a content type that the headers set', async () => {
  const { type } = await send({ body: {}, headers: { 'Content-Type': 'application/vnd.api+json' } })
  expect(type).toBe('application/vnd.api+json')
})

it('sends the fields as a form', async () => {
  const { type, request } = await send({ json_format: false, body: { a: ['1', 2], b: { c: true }, d: null } })
  expect(type).toBe('application/x-www-form-urlencoded;charset=UTF-8')
  expect(await request.text()).toBe('a=1&a=2&b=%7B%22c%22%3Atrue%7D')
})

it('sends files and fields as a form with parts', async () => {
  const { type, request } = await send({
    body: { note: 'n' },
    files_name: 'docs',
    files: ['f/a.txt', 'data:text/css;base64,YQ=='],
  })
  expect(type).toMatch(/^multipart\/form-data; boundary=/)
  const form = await request.formData()
  const docs = form.getAll('docs') as File[]
  expect(form.get('note')).toBe('n')
  expect(await Promise.all(docs.map(async (file) => [file.name, file.type, await file.text()]))).toEqual([
    ['a.txt', 'application/octet-stream', 'text of f/a.txt'],
    ['file', 'text/css', 'a'],
  ])
})

it('sends no body with GET', async () => {
  const { request } = await send({ method: 'GET', body: { a: 1 }, files: ['f'] })
  expect(await request.text()).toBe('')
})
