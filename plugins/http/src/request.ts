import { defineBlock, fromInput } from '@ashlar/sdk'
import { exchange, rejectedInputs, requestPins, responsePins, responseTests } from './exchange/index.ts'

export const request = defineBlock({
  id: '0b9f5c0e-6a55-4b8b-9d3f-8d1f5c1f7a41',
  name: 'request',
  description:
    'Send an HTTP request and return the response. Only a GET or HEAD without custom headers follows a redirect to another host.',
  category: 'HTTP',
  common: true,
  synonyms: [
    'api call',
    'call api',
    'rest',
    'fetch',
    'curl',
    'get',
    'post',
    'put',
    'patch',
    'web request',
    'url',
    'download page',
    'outgoing webhook',
    'send webhook',
    'graphql request',
    'scrape',
  ],
  capabilities: { http: [fromInput('url', { redirects: 'public' })] },
  input: requestPins,
  output: responsePins,
  tests: [
    ...rejectedInputs,
    ...responseTests,
    {
      name: 'a JSON response',
      input: { url: 'https://api.example.com/items', query: { page: 2 } },
      http: { 'GET https://api.example.com/items?page=2': { json: { items: [1] }, headers: { 'x-total': '9' } } },
      output: [
        ['status', 200],
        ['headers', { 'content-type': 'application/json', 'x-total': '9' }],
        ['body', '{"items":[1]}'],
        ['json', { items: [1] }],
      ],
    },
    {
      name: 'preserves every digit of an integer, in both directions',
      input: { url: 'https://api.example.com/ids', query: { id: 7615917337495251231n } },
      http: { 'GET https://api.example.com/ids?id=7615917337495251231': { json: [7615917337495251231n] } },
      output: [
        ['status', 200],
        ['headers', { 'content-type': 'application/json' }],
        ['body', '[7615917337495251231]'],
        ['json', [7615917337495251231n]],
      ],
    },
    {
      name: 'a failure',
      input: { url: 'https://api.example.com/gone' },
      http: { 'GET https://api.example.com/gone': { status: 404, text: 'not here' } },
      output: [
        ['status', 404],
        ['headers', { 'content-type': 'text/plain;charset=UTF-8' }],
        ['body', 'not here'],
      ],
    },
    {
      name: 'a redirect to another host',
      input: { url: 'https://example.com/', headers: { Accept: 'text/plain' } },
      http: {
        'GET https://example.com/': { status: 302, headers: { location: 'https://www.example.com/' } },
        'GET https://www.example.com/': { text: 'here' },
      },
      output: [
        ['status', 200],
        ['headers', { 'content-type': 'text/plain;charset=UTF-8' }],
        ['body', 'here'],
      ],
    },
    {
      name: 'a redirect of a request with a header to another host',
      input: { url: 'https://api.example.com/', headers: { 'X-Key': 'key' } },
      http: { 'GET https://api.example.com/': { status: 302, headers: { location: 'https://other.example/' } } },
      output: [
        [
          'error',
          'http: api.example.com redirects to other.example, but the request cannot follow because it has the header "x-key"; only a plain GET or HEAD may follow a redirect to another host. Send the request directly to other.example if it may be sent to that host in full',
        ],
      ],
    },
  ],
  run: exchange,
})
