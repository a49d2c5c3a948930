import { defineBlock, fromInput } from '@ashlar/sdk'
import { exchange, requestPins, responsePins } from './exchange/index.ts'
import { host } from './host.ts'

export const authenticatedRequest = defineBlock({
  id: '3d6f8f2a-52b7-4f0d-8f0c-9a7c1d5e2b64',
  name: 'authenticated-request',
  description:
    'Send an HTTP request with the headers of your credential for its host, and return the response. The block never sees these headers.',
  category: 'HTTP',
  common: true,
  synonyms: [
    'api call',
    'call api',
    'rest',
    'authentication',
    'authorization',
    'bearer token',
    'api key',
    'oauth',
    'basic auth',
    'secure request',
    'graphql request',
    'airtable',
    'telegram',
    'stripe',
    'hubspot',
    'jira',
    'trello',
    'twilio',
    'shopify',
    'salesforce',
  ],
  capabilities: { http: [fromInput('url')], credentials: [host.name] },
  input: requestPins,
  output: responsePins,
  tests: [
    {
      input: { url: 'https://api.example.com/me' },
      credentials: { host: { type: 'HOST_SCOPED', headers: { 'x-key': 'test-key' } } },
      http: { 'GET https://api.example.com/me': { text: 'your key is test-key' } },
      output: [
        ['status', 200],
        ['headers', { 'content-type': 'text/plain;charset=UTF-8' }],
        ['body', 'your key is ********'],
      ],
    },
    {
      name: 'no credential',
      input: { url: 'https://api.example.com/me' },
      output: [['error', 'the block needs a credential for http/host, but the fakes have none']],
    },
  ],
  async *run(input, { credentials, signal, log }) {
    const { fetch } = await credentials(host.name)
    yield* exchange(input, { fetch, signal, log })
  },
})
