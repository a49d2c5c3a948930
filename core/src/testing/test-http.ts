import { createTestCaller } from './test-caller.ts'
import { createHttpHost, type HttpGrant, type HttpOptions, type RequestCredentials } from '../capabilities/http/index.ts'

/** The capability and inputs of a block that sends requests. */
export interface TestHttpOptions extends HttpOptions {
  /** The hosts in the manifest of the block. @default every host */
  grant?: HttpGrant
  inputs?: Record<string, unknown>
  /** @default none */
  credentials?: RequestCredentials
}

interface TestRequest {
  method?: string
  headers?: [name: string, value: string][]
  /** Sent with its length. */
  body?: string
  redirect?: 'follow' | 'error' | 'manual'
  credential?: string
}

interface TestResponse {
  status: number
  url: string
  redirected: boolean
  headers: [name: string, value: string][]
  text: string
}

/** The requests of one block, sent through the host calls of its guest. */
export interface TestHttp {
  perform(method: string, ...args: unknown[]): Promise<unknown>
  request(url: string, request?: TestRequest): Promise<TestResponse>
  /** Ends the run of the block. */
  endRun(): void
  close(): Promise<void>
}

const NO_CREDENTIALS: RequestCredentials = { use: () => Promise.reject(new Error('this test has no credentials')) }

export function createTestHttp({
  grant = [{ anyHost: true }],
  inputs = {},
  credentials = NO_CREDENTIALS,
  ...options
}: TestHttpOptions = {}): TestHttp {
  const http = createHttpHost(() => credentials, options)
  const session = http.createSession(createTestCaller({ capabilities: { http: grant }, inputs }))
  const endRun = session.close
  const perform = (method: string, ...args: unknown[]): Promise<unknown> => session.perform(method, args)
  return {
    perform,
    request: (url, request = {}) => exchange(perform, url, request),
    endRun,
    async close() {
      endRun()
      await http.close()
    },
  }
}

async function exchange(
  perform: TestHttp['perform'],
  url: string,
  { method = 'GET', headers = [], body, redirect = 'follow', credential }: TestRequest,
): Promise<TestResponse> {
  const bytes = body === undefined ? undefined : Buffer.from(body)
  const options = { url, method, headers, redirect, body: bytes ? { bytes: bytes.length } : null, credential: credential ?? null }
  const id = await perform('http.open', options)
  if (bytes) {
    await perform('http.write', id, bytes.toString('base64'))
    await perform('http.end', id)
  }
  const head = (await perform('http.response', id)) as Omit<TestResponse, 'text'>
  return { ...head, text: (await readAll(perform, id)).toString() }
}

async function readAll(perform: TestHttp['perform'], id: unknown): Promise<Buffer> {
  const chunks: Buffer[] = []
  for (let chunk = await perform('http.read', id); typeof chunk === 'string'; chunk = await perform('http.read', id))
    chunks.push(Buffer.from(chunk, 'base64'))
  return Buffer.concat(chunks)
}
