import { decodeText, defineBlock, fromInput, type BlockContext } from '@ashlar/sdk'
import type { z } from 'zod'
import { MAX_RESPONSE_BYTES, parseBody } from '../exchange/index.ts'
import { readAttachment } from './attachment.ts'
import { webRequestOutputs, webRequestPins } from './web-request-pins.ts'
import { webRequestTests } from './web-request-tests.ts'

type Input = z.output<typeof webRequestPins>

export const webRequest = defineBlock({
  id: '6595ae1f-b924-42cb-9a41-551a0611c4b4',
  name: 'web-request',
  description: 'Send a request with fields or files, and choose an output by whether it succeeds.',
  category: 'HTTP',
  icon: 'send',
  synonyms: ['send web request', 'post form', 'upload file', 'multipart', 'form data', 'api call', 'webhook', 'status'],
  capabilities: {
    http: [fromInput('url', { redirects: 'public' }), fromInput('files', { redirects: 'public' })],
    files: ['read'],
  },
  input: webRequestPins,
  output: webRequestOutputs,
  tests: webRequestTests,
  async *run(input, context) {
    const { fetch, signal } = context
    if (!/^https?:\/\//i.test(input.url))
      throw new Error(`url must start with http:// or https://, got ${JSON.stringify(input.url.slice(0, 100))}`)
    const init = { method: input.method, signal, maxResponseBytes: MAX_RESPONSE_BYTES, ...(await toContent(input, context)) }
    const response = await fetch(input.url, init)
    const { status } = response
    const bytes = new Uint8Array(await response.arrayBuffer())
    const value = toValue(status, response.headers.get('content-type') ?? '', bytes)
    if (status >= 200 && status < 300) yield ['response', value]
    else yield [status >= 400 && status < 500 ? 'client_error' : 'server_error', value]
  },
})

type Content = { headers: Record<string, string>; body?: string | FormData | URLSearchParams }

async function toContent(input: Input, context: BlockContext): Promise<Content> {
  const { body, headers, files } = input
  const isEmpty = (body === null || Object.keys(body).length === 0) && files.length === 0
  if (input.method === 'GET' || input.method === 'HEAD') {
    if (!isEmpty) context.log(`a ${input.method} request has no body: the fields and files are not sent`, 'warn')
    return { headers }
  }
  if (files.length > 0) return { headers, body: await toForm(input, context) }
  if (body === null) return { headers }
  const isTyped = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type')
  if (!input.json_format) return { headers, body: new URLSearchParams(Object.entries(body).flatMap(toFields)) }
  return { headers: isTyped ? headers : { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) }
}

async function toForm({ body, files, files_name: name }: Input, context: BlockContext): Promise<FormData> {
  const form = new FormData()
  for (const [key, text] of Object.entries(body ?? {}).flatMap(toFields)) form.append(key, text)
  for (const source of files) form.append(name, await readAttachment(source, context))
  return form
}

/** A list repeats its field, and null omits it. */
function toFields([key, value]: [string, unknown]): [string, string][] {
  if (Array.isArray(value)) return value.flatMap((item: unknown) => toFields([key, item]))
  if (value === null) return []
  return [[key, typeof value === 'object' ? JSON.stringify(value) : String(value)]]
}

/** JSON with the content type of JSON, otherwise text. */
function toValue(status: number, contentType: string, bytes: Uint8Array): unknown {
  const { text } = decodeText(bytes, { contentType })
  if (!/^[^;]*[/+]json\s*(;|$)/i.test(contentType)) return text
  return status === 204 || text === '' ? null : parseBody(text)
}
