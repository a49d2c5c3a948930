import { defineBlock, fromInput } from '@ashlar/sdk'
import { z } from 'zod'
import { openSource, parseSource, type Source } from './source.ts'

/** The maximum size of a value. */
const MAX_DATA_URI_BYTES = 6 * 1024 * 1024

export const store = defineBlock({
  id: 'cbb50872-625b-42f0-8203-a2ae78242d8a',
  name: 'store',
  description: 'Store a file from the web, a data URI or the execution in the execution, and send its path.',
  category: 'FILES',
  synonyms: ['download file', 'save file', 'fetch file', 'upload', 'attachment', 'url to file', 'file store'],
  staticOutput: true,
  capabilities: { files: ['read', 'write'], http: [fromInput('file_in', { redirects: 'public' })] },
  onCrash: 'retry', // the same source always has the same path
  input: z.object({
    file_in: z
      .string()
      .min(1)
      .meta({
        title: 'File',
        description: 'A web address, a data URI, or the path of a file of the execution.',
        examples: ['https://example.com/logo.png', 'data:text/plain,Hello'],
      }),
    base_64: z.boolean().default(false).describe('Send the content as a data URI instead of a path.'),
  }),
  output: z.object({ file_out: z.string() }),
  tests: [
    { input: { file_in: 'data:text/plain,Hello' }, output: [['file_out', (path) => /^[0-9a-f]{16}\.txt$/.test(path)]] },
    {
      input: { file_in: 'data:text/plain;base64,SGVsbG8=', base_64: true },
      output: [['file_out', 'data:text/plain;base64,SGVsbG8=']],
    },
    { input: { file_in: 'data:,a%20%FF', base_64: true }, output: [['file_out', 'data:application/octet-stream;base64,YSD/']] },
    { input: { file_in: 'data:text/plain' }, output: [['error', 'a data URI needs a comma before its data']] },
    { input: { file_in: 'data:;base64,!' }, output: [['error', 'the data URI has no valid data']] },
    { input: { file_in: 'f/a.txt' }, files: { 'f/a.txt': 'Hello' }, output: [['file_out', 'f/a.txt']] },
    { input: { file_in: 'f/a.txt' }, output: [['error', 'files: the file "f/a.txt" does not exist']] },
    {
      input: { file_in: 'f/a.bin', base_64: true },
      files: { 'f/a.bin': 'Hello' },
      output: [['file_out', 'data:application/octet-stream;base64,SGVsbG8=']],
    },
    {
      input: { file_in: 'https://a.example/pictures/logo.png?size=2' },
      http: { 'GET https://a.example/pictures/logo.png': { base64: 'iVBORw==' } },
      output: [['file_out', (path) => /^[0-9a-f]{16}-logo\.png$/.test(path)]],
    },
    {
      input: { file_in: 'https://a.example/logo' },
      http: { 'GET https://a.example/logo': { base64: 'iVBORw==', headers: { 'content-type': 'image/png' } } },
      output: [['file_out', (path) => /^[0-9a-f]{16}-logo\.png$/.test(path)]],
    },
    {
      input: { file_in: 'https://a.example/' },
      http: { 'GET https://a.example/': { base64: 'iVBORw==', headers: { 'content-type': 'image/png' } } },
      output: [['file_out', (path) => /^[0-9a-f]{16}\.png$/.test(path)]],
    },
    {
      input: { file_in: 'HTTPS://a.example/..%2f..%2fetc' },
      http: { 'GET https://a.example/..%2f..%2fetc': { base64: 'iVBORw==', headers: { 'content-type': 'image/png' } } },
      output: [['file_out', (path) => /^[0-9a-f]{16}\.png$/.test(path)]],
    },
    {
      input: { file_in: 'https://a.example/data' },
      http: { 'GET https://a.example/data': { text: 'image' } },
      output: [['file_out', (path) => /^[0-9a-f]{16}-data\.txt$/.test(path)]],
    },
    {
      input: { file_in: 'https://a.example/odd' },
      http: { 'GET https://a.example/odd': { text: 'image', headers: { 'content-type': 'constructor' } } },
      output: [['file_out', (path) => /^[0-9a-f]{16}-odd$/.test(path)]],
    },
    {
      input: { file_in: 'https://a.example/logo', base_64: true },
      http: { 'GET https://a.example/logo': { base64: 'iVBORw==', headers: { 'content-type': 'image/png' } } },
      output: [['file_out', 'data:image/png;base64,iVBORw==']],
    },
    {
      name: 'a download that redirects to another host',
      input: { file_in: 'https://a.example/latest' },
      http: {
        'GET https://a.example/latest': { status: 302, headers: { location: 'https://b.example/data.csv' } },
        'GET https://b.example/data.csv': { text: 'a,b' },
      },
      output: [['file_out', (path) => /^[0-9a-f]{16}-latest\.txt$/.test(path)]],
    },
    {
      input: { file_in: 'https://a.example/x' },
      http: { 'GET https://a.example/x': { status: 404, text: 'gone' } },
      output: [['error', 'a.example responded with status 404']],
    },
  ],
  async *run({ file_in, base_64 }, context) {
    const source = parseSource(file_in)
    const { stream, type } = await openSource(source, context, base_64 ? MAX_DATA_URI_BYTES : undefined)
    if (base_64) return yield ['file_out', await toDataUri(stream, type)]
    if ('path' in source) {
      await stream.cancel()
      return yield ['file_out', source.path]
    }
    const { path } = await context.files.write(await deriveName(source, type), stream)
    yield ['file_out', path]
  },
})

async function toDataUri(stream: ReadableStream<Uint8Array>, type: string): Promise<string> {
  const bytes = new Uint8Array(await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer())
  return `data:${type || 'application/octet-stream'};base64,${bytes.toBase64()}`
}

const EXTENSIONS: Record<string, string> = {
  'text/plain': 'txt',
  'text/html': 'html',
  'text/csv': 'csv',
  'text/markdown': 'md',
  'application/json': 'json',
  'application/pdf': 'pdf',
  'application/xml': 'xml',
  'application/zip': 'zip',
  'audio/mpeg': 'mp3',
  'audio/wav': 'wav',
  'image/gif': 'gif',
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/svg+xml': 'svg',
  'image/webp': 'webp',
  'video/mp4': 'mp4',
  'video/webm': 'webm',
}

/** Returns a name that depends only on the source, so that storing a source again replaces its file. */
async function deriveName(source: Exclude<Source, { path: string }>, type: string): Promise<string> {
  const given = 'url' in source ? source.url : source.dataUri
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(given))).toHex().slice(0, 16)
  const last = 'url' in source ? (new URL(source.url).pathname.split('/').at(-1) ?? '') : ''
  const own = /^[\w-]{1,60}(\.\w{1,10})?$/.test(last) ? `-${last}` : ''
  const kind = type.split(';')[0]?.trim().toLowerCase() ?? ''
  const extension = Object.hasOwn(EXTENSIONS, kind) ? EXTENSIONS[kind] : undefined
  return own.includes('.') || !extension ? `${hash}${own}` : `${hash}${own}.${extension}`
}
