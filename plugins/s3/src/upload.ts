import type { Files } from '@ashlar/sdk'
import type { RestAnswer, RestApi } from '@ashlar/sdk/rest'
import { readText } from './xml.ts'

interface Target {
  url: string
  headers: Record<string, string>
}

type Bytes = Uint8Array<ArrayBuffer>

/** The size of a part. The smallest that S3 accepts is 5 MiB; 10 000 parts of this size are 78 GiB. */
const PART_BYTES = 8 * 1024 * 1024

/** @returns the ETag */
export async function putWhole(api: RestApi, { url, headers }: Target, body: Bytes): Promise<string> {
  return readEtag(await api.send('PUT', url, { headers, body }))
}

/** Uploads a large file in parts, so that only one part is in memory. @returns the ETag */
export async function putFile(api: RestApi, target: Target, files: Files, path: string): Promise<string> {
  const parts = readParts(await files.open(path))
  const { value: first = new Uint8Array() } = await parts.next()
  const { value: second } = await parts.next()
  if (second === undefined) return putWhole(api, target, first)
  const created = await api.send('POST', target.url, { query: { uploads: '' }, headers: target.headers, isRepeatable: true })
  const upload = readText(created.text, 'UploadId')
  if (upload === undefined) throw new Error('S3 has not answered with an upload id')
  try {
    return await putParts(api, target, upload, prepend([first, second], parts))
  } catch (error) {
    // Otherwise the parts would remain in the bucket.
    await api.send('DELETE', target.url, { query: { uploadId: upload }, headers: regionOnly(target) }).catch(() => {})
    throw error
  }
}

async function putParts(api: RestApi, target: Target, upload: string, parts: AsyncIterable<Bytes>): Promise<string> {
  const headers = regionOnly(target)
  const etags: string[] = []
  for await (const body of parts) {
    const query = { partNumber: etags.length + 1, uploadId: upload }
    etags.push(readEtag(await api.send('PUT', target.url, { query, headers, body })))
  }
  const list = etags.map((etag, i) => `<Part><PartNumber>${i + 1}</PartNumber><ETag>${etag}</ETag></Part>`).join('')
  const body = `<CompleteMultipartUpload>${list}</CompleteMultipartUpload>`
  const done = await api.send('POST', target.url, {
    query: { uploadId: upload },
    headers: { ...headers, 'content-type': 'application/xml' },
    body,
  })
  return readText(done.text, 'ETag')?.replaceAll('"', '') ?? ''
}

function regionOnly({ headers }: Target): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name === 'x-ashlar-region'))
}

function readEtag({ headers }: RestAnswer): string {
  return headers.get('etag')?.replaceAll('"', '') ?? ''
}

async function* prepend(first: readonly Bytes[], rest: AsyncIterable<Bytes>): AsyncGenerator<Bytes, void> {
  yield* first
  yield* rest
}

/** Gathers the chunks of a stream in parts of the same size. The last one may be smaller. */
async function* readParts(stream: ReadableStream<Bytes>): AsyncGenerator<Bytes, void> {
  let part = new Uint8Array(PART_BYTES)
  let length = 0
  for await (const chunk of stream)
    for (let from = 0; from < chunk.length;) {
      const taken = chunk.subarray(from, from + PART_BYTES - length)
      part.set(taken, length)
      length += taken.length
      from += taken.length
      if (length < PART_BYTES) continue
      yield part
      part = new Uint8Array(PART_BYTES)
      length = 0
    }
  if (length > 0) yield part.subarray(0, length)
}
