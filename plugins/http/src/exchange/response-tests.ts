import type { BlockTest } from '@ashlar/sdk'
import type { requestPins, responsePins } from './exchange.ts'

const URL = 'https://api.example.com/'
const TEXT = { 'content-type': 'text/plain;charset=UTF-8' }

type RequestTest = BlockTest<typeof requestPins, typeof responsePins>

/** Tests for the parsing of responses and for retries. */
export const responseTests: RequestTest[] = [
  {
    name: 'the charset of the response',
    input: { url: URL },
    http: { [`GET ${URL}`]: { base64: 'k/qWew==', headers: { 'content-type': 'text/plain; charset=shift_jis' } } },
    output: [
      ['status', 200],
      ['headers', { 'content-type': 'text/plain; charset=shift_jis' }],
      ['body', '日本'],
    ],
  },
  {
    name: 'the pin encoding has precedence',
    input: { url: URL, encoding: 'windows-1252' },
    http: { [`GET ${URL}`]: { base64: 'gA==' } },
    output: [
      ['status', 200],
      ['headers', {}],
      ['body', '€'],
    ],
  },
  {
    name: 'an image',
    input: { url: URL },
    http: { [`GET ${URL}`]: { base64: 'iVBORw0KGgr//g==', headers: { 'content-type': 'image/png' } } },
    output: [
      ['status', 200],
      ['headers', { 'content-type': 'image/png' }],
      ['base64', 'iVBORw0KGgr//g=='],
    ],
  },
  {
    name: 'text as bytes',
    input: { url: URL, response_as: 'base64' },
    http: { [`GET ${URL}`]: { text: 'a' } },
    output: [
      ['status', 200],
      ['headers', TEXT],
      ['base64', 'YQ=='],
    ],
  },
  {
    name: 'several cookies',
    input: { url: URL },
    http: { [`GET ${URL}`]: { headers: { 'set-cookie': ['a=1; Path=/', 'b=2'] } } },
    output: [
      ['status', 200],
      ['headers', { 'set-cookie': ['a=1; Path=/', 'b=2'] }],
      ['body', ''],
    ],
  },
  ...retried('a busy service', {}, [503, 429, 200], 200),
  ...retried('a service that stays busy', { attempts: 2 }, [503, 503, 200], 503),
  ...retried('other statuses', { retry_statuses: [500] }, [500, 500, 200], 200),
  ...retried('a POST', { method: 'POST' }, [503, 200], 503),
  ...retried('a POST with retry_unsafe', { method: 'POST', retry_unsafe: true }, [503, 200], 200),
  {
    name: 'a service that requests a long wait',
    input: { url: URL, max_wait_ms: 1000, timeout_ms: 30_000 },
    http: { [`GET ${URL}`]: { status: 429, headers: { 'retry-after': '60' } } },
    output: [
      ['status', 429],
      ['headers', { 'retry-after': '60' }],
      ['body', ''],
    ],
  },
]

function retried(name: string, input: Partial<RequestTest['input']>, statuses: number[], status: number): RequestTest[] {
  const answers = statuses.map((each) => ({ status: each, text: String(each) }))
  return [
    {
      name,
      input: { url: URL, backoff_ms: 0, ...input },
      http: { [`${input.method ?? 'GET'} ${URL}`]: answers },
      output: [
        ['status', status],
        ['headers', TEXT],
        ['body', String(status)],
      ],
    },
  ]
}
