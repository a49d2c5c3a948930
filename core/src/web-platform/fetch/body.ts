/** Bodies of requests and responses: Fetch section 5.2 and 5.3. */
import { MIMEType } from 'whatwg-mimetype'
import { Blob, bytesOfBlob, concat, isBlob } from '../data/blob.ts'
import { TextDecoder, TextEncoder } from '../data/encoding.ts'
import { FormData, isFormData } from './form-data.ts'
import type { Headers } from './headers.ts'
import { parseMultipart, serializeMultipart } from './multipart.ts'
import { ReadableStream, TransformStream } from '../data/streams.ts'
import { URLSearchParams } from '../url/url.ts'
import { copyBytes, isBufferSource, toUsvString } from '../base/webidl.ts'

export interface Body {
  stream: ReadableStream<Uint8Array>
  /** The bytes of the stream, if known. Such a body can be sent again. */
  readonly source: Uint8Array<ArrayBuffer> | null
}

interface Owner {
  readonly headers: Headers
}

const bodies = new WeakMap<object, Body | null>()
/** Streams from which something was read. The library does not report this for all streams. */
const disturbed = new WeakSet<object>()

export function setBody(owner: Owner, body: Body | null): void {
  bodies.set(owner, body)
}

/** @throws {TypeError} when the owner is neither a request nor a response */
export function getBody(owner: object): Body | null {
  const body = bodies.get(owner)
  if (body === undefined) throw new TypeError('Illegal invocation')
  return body
}

/** Whether the body was read or is being read, so that it can be neither read nor sent. */
export function isUnusable(body: Body | null): boolean {
  return body !== null && (disturbed.has(body.stream) || isDisturbed(body.stream) || body.stream.locked)
}

/** "Extract a body" (section 5.2). */
export function extractBody(value: unknown): { body: Body; type: string | null } {
  if (value instanceof ReadableStream) {
    if (value.locked || isDisturbed(value)) throw new TypeError('the stream is locked or was already read')
    return { body: { stream: value as ReadableStream<Uint8Array>, source: null }, type: null }
  }
  if (isBlob(value)) return { body: toBody(bytesOfBlob(value)), type: value.type || null }
  if (isBufferSource(value)) return { body: toBody(copyBytes(value)), type: null }
  if (isFormData(value)) {
    const { bytes, boundary } = serializeMultipart(value)
    return { body: toBody(bytes), type: `multipart/form-data; boundary=${boundary}` }
  }
  const isParameters = value instanceof URLSearchParams
  const bytes = new TextEncoder().encode(toUsvString(value)) as Uint8Array<ArrayBuffer>
  return {
    body: toBody(bytes),
    type: isParameters ? 'application/x-www-form-urlencoded;charset=UTF-8' : 'text/plain;charset=UTF-8',
  }
}

function toBody(source: Uint8Array<ArrayBuffer>): Body {
  return { stream: new Blob([source]).stream(), source }
}

/** "Clone a body" (section 5.3). Each branch of the stream buffers the chunks that the other has already read. */
export function cloneBody(body: Body | null): Body | null {
  if (!body) return null
  const [first, second] = body.stream.tee()
  body.stream = first
  return { stream: second, source: body.source }
}

/** "Create a proxy" (section 5.4): moves the body to another owner. For the first owner it counts as read. */
export function moveBody(body: Body): Body {
  disturbed.add(body.stream)
  if (body.source) return toBody(body.source)
  return { stream: body.stream.pipeThrough(new TransformStream<Uint8Array, Uint8Array>()), source: null }
}

/** The `Body` mixin (section 5.3), which `installBody` adds to a class. */
const members = {
  get body(): ReadableStream<Uint8Array> | null {
    return getBody(this)?.stream ?? null
  },
  get bodyUsed(): boolean {
    const body = getBody(this)
    return body !== null && (disturbed.has(body.stream) || isDisturbed(body.stream))
  },
  async arrayBuffer(): Promise<ArrayBuffer> {
    return (await consume(this)).buffer
  },
  async bytes(): Promise<Uint8Array> {
    return consume(this)
  },
  async blob(): Promise<Blob> {
    return new Blob([await consume(this)], { type: readContentType(this as unknown as Owner) })
  },
  async text(): Promise<string> {
    return new TextDecoder().decode(await consume(this))
  },
  async json(): Promise<unknown> {
    return JSON.parse(new TextDecoder().decode(await consume(this)))
  },
  async formData(): Promise<FormData> {
    const type = MIMEType.parse((this as unknown as Owner).headers.get('content-type') ?? '')
    const bytes = await consume(this)
    if (type?.essence === 'multipart/form-data') {
      const boundary = type.parameters.get('boundary')
      if (boundary) return parseMultipart(bytes, boundary)
    } else if (type?.essence === 'application/x-www-form-urlencoded') {
      const form = new FormData()
      const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
      for (const [name, value] of new URLSearchParams(`&${text}`)) form.append(name, value)
      return form
    }
    throw new TypeError('the Content-Type of the body is not that of a form')
  },
}

export type BodyMembers = typeof members

export function installBody(prototype: object): void {
  Object.defineProperties(prototype, Object.getOwnPropertyDescriptors(members))
}

function readContentType({ headers }: Owner): string {
  const type = MIMEType.parse(headers.get('content-type') ?? '')
  return type ? String(type) : ''
}

/** "Consume body" and "fully read": all bytes. */
async function consume(owner: object): Promise<Uint8Array<ArrayBuffer>> {
  const body = getBody(owner)
  if (!body) return new Uint8Array()
  if (isUnusable(body)) throw new TypeError('the body is locked or was already read')
  disturbed.add(body.stream)
  const reader = body.stream.getReader()
  const chunks: Uint8Array[] = []
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return concat(chunks)
    if (!(value instanceof Uint8Array)) {
      const error = new TypeError('the stream of a body must yield Uint8Arrays')
      await reader.cancel(error)
      throw error
    }
    chunks.push(value)
  }
}

/** The library stores the internal slot of the standard in this property. */
function isDisturbed(stream: object): boolean {
  return (stream as { _disturbed?: boolean })._disturbed === true
}
