import type { BlockTest } from '@ashlar/sdk'
import type { requestPins, responsePins } from './exchange.ts'

/** Inputs that fail before a request is sent. */
export const rejectedInputs: BlockTest<typeof requestPins, typeof responsePins>[] = [
  {
    input: { url: 'ftp://files.example' },
    output: [['error', 'url must start with http:// or https://, got "ftp://files.example"']],
  },
  {
    input: { url: 'api.example.com/items' },
    output: [['error', 'url must start with http:// or https://, got "api.example.com/items"']],
  },
  { input: { url: 'https://a.example', body: 'x' }, output: [['error', 'a GET request cannot have a body']] },
  {
    input: { url: 'https://a.example', method: 'POST', json: 1, body: 'x' },
    output: [['error', 'set either json or body, not both']],
  },
]
