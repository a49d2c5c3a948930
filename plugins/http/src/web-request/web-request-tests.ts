import type { BlockTest } from '@ashlar/sdk'
import type { webRequestOutputs, webRequestPins } from './web-request-pins.ts'

const URL = 'https://api.example.com/items'

export const webRequestTests: BlockTest<typeof webRequestPins, typeof webRequestOutputs>[] = [
  {
    name: 'a JSON response',
    input: { url: URL, body: { name: 'Ada' } },
    http: { [`POST ${URL}`]: { json: { id: 7615917337495251231n } } },
    output: [['response', { id: 7615917337495251231n }]],
  },
  {
    name: 'a text response',
    input: { url: URL, method: 'GET', body: { ignored: 1 } },
    http: { [`GET ${URL}`]: { text: 'items' } },
    output: [['response', 'items']],
  },
  {
    name: 'a response without content',
    input: { url: URL, method: 'DELETE' },
    http: { [`DELETE ${URL}`]: { status: 204, headers: { 'content-type': 'application/json' } } },
    output: [['response', null]],
  },
  {
    name: 'an error of the client',
    input: { url: URL },
    http: { [`POST ${URL}`]: { status: 422, json: { error: 'no name' } } },
    output: [['client_error', { error: 'no name' }]],
  },
  {
    name: 'an error of the server',
    input: { url: URL },
    http: { [`POST ${URL}`]: { status: 503, text: 'later' } },
    output: [['server_error', 'later']],
  },
  {
    name: 'a response that is not JSON despite its content type',
    input: { url: URL },
    http: { [`POST ${URL}`]: { text: '{', headers: { 'content-type': 'application/json' } } },
    output: [['error', 'the response has a JSON content type, but its body is not valid JSON']],
  },
  { input: { url: 'ftp://a' }, output: [['error', 'url must start with http:// or https://, got "ftp://a"']] },
  {
    name: 'a file that does not exist',
    input: { url: URL, files: ['a.txt'] },
    output: [['error', 'files: the file "a.txt" does not exist']],
  },
  {
    name: 'a data URI that is not valid',
    input: { url: URL, files: ['data:;base64,!'] },
    output: [['error', 'the data URI has no valid data']],
  },
]
