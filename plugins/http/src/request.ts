import { defineBlock, fromInput } from '@ashlar/sdk'
import { exchange, requestPins, responsePins } from './exchange.ts'
import { refused } from './refused.ts'

export const request = defineBlock({
  id: '0b9f5c0e-6a55-4b8b-9d3f-8d1f5c1f7a41',
  name: 'request',
  description:
    'Send a request to a web address and give what it answers. It reaches the host of the url and no other, redirects included.',
  category: 'HTTP',
  capabilities: { http: [fromInput('url')] },
  input: requestPins,
  output: responsePins,
  tests: refused,
  run: exchange,
})
