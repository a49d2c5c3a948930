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
  tests: [
    ...refused,
    {
      name: 'an answer in JSON',
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
      name: 'keeps every digit of an integer, in both directions',
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
      input: { url: 'https://api.example.com/' },
      http: { 'GET https://api.example.com/': { status: 302, headers: { location: 'https://other.example/' } } },
      output: [
        [
          'error',
          'block http/request may not send GET to other.example: its manifest does not name this host; "GET other.example" would allow it',
        ],
      ],
    },
  ],
  run: exchange,
})
