import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { capabilities, describeErrors, requestPins, sendOperation } from './client.ts'

export const request = defineBlock({
  id: 'dfcc9aac-b85f-4f81-87b5-c90fa4ef2c7e',
  name: 'request',
  icon: 'share-2',
  description: 'Send a GraphQL query or mutation and return its data.',
  category: 'HTTP',
  synonyms: ['graphql', 'graphql request', 'api call', 'mutation', 'api query'],
  capabilities,
  timeoutMs: 300_000,
  input: z.object({
    ...requestPins,
    on_errors: z.enum(['fail', 'return']).default('fail').meta({
      title: 'On errors',
      description:
        'What happens if the response contains errors. With "return", the block returns them with the data that is there.',
    }),
  }),
  output: z.object({
    data: z.unknown().meta({ title: 'Data', description: 'The data of the response.' }),
    errors: z
      .array(z.record(z.string(), z.unknown()))
      .meta({ title: 'Errors', description: 'The errors of the response, if there are any.' }),
  }),
  tests: [
    {
      name: 'returns the data',
      input: { url: 'https://api.example.com/graphql', query: '{ me { name } }' },
      http: { 'POST https://api.example.com/graphql': { json: { data: { me: { name: 'Ada' } } } } },
      output: [['data', { me: { name: 'Ada' } }]],
    },
    {
      name: 'fails with the errors of the response',
      input: { url: 'https://api.example.com/graphql', query: '{ me { age } }' },
      http: {
        'POST https://api.example.com/graphql': {
          json: { data: null, errors: [{ message: 'no such field', path: ['me', 'age'] }] },
        },
      },
      output: [['error', 'me.age: no such field']],
    },
    {
      name: 'returns partial data',
      input: { url: 'https://api.example.com/graphql', query: '{ me { age } }', on_errors: 'return' },
      http: { 'POST https://api.example.com/graphql': { json: { data: { me: null }, errors: [{ message: 'not now' }] } } },
      output: [
        ['data', { me: null }],
        ['errors', [{ message: 'not now', path: [] }]],
      ],
    },
    {
      name: 'repeats a query after a failure',
      input: { url: 'https://api.example.com/graphql', query: '{ a }' },
      http: {
        'POST https://api.example.com/graphql': [
          { status: 429, headers: { 'retry-after': '0' }, text: 'wait' },
          { json: { data: { a: 1 } } },
        ],
      },
      output: [['data', { a: 1 }]],
    },
    {
      name: 'uses a credential',
      input: { url: 'https://api.example.com/graphql', query: '{ a }', use_credential: true },
      credentials: { 'http/host': { type: 'HOST_SCOPED', headers: { 'x-key': 'test-key' } } },
      http: { 'POST https://api.example.com/graphql': { json: { data: { a: 'test-key' } } } },
      output: [['data', { a: '********' }]],
    },
    {
      name: 'reports a body that is not GraphQL',
      input: { url: 'https://api.example.com/graphql', query: '{ a }' },
      http: { 'POST https://api.example.com/graphql': { text: '<html>' } },
      output: [
        ['error', 'api.example.com did not answer with a GraphQL response: its body must be JSON with "data" or "errors"'],
      ],
    },
  ],
  async *run({ on_errors, ...input }, context) {
    const { data, errors } = await sendOperation(input, context)
    if (errors.length > 0 && on_errors === 'fail') throw new Error(describeErrors(errors))
    yield ['data', data]
    if (errors.length > 0) yield ['errors', errors.map((error) => ({ ...error }))]
  },
})
