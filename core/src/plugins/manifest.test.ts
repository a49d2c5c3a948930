import { expect, it } from 'vitest'
import { manifestSchema } from './manifest.ts'

const withHttp = (http: unknown[]): unknown => ({
  name: 'web',
  blocks: [
    {
      id: '55555555-0000-4000-8000-000000000001',
      name: 'get',
      description: '',
      category: 'TEST',
      kind: 'standard',
      staticOutput: false,
      serial: false,
      capabilities: { http },
      onCrash: 'fail',
      inputSchema: { type: 'object', properties: { url: { type: 'string' } } },
      outputSchema: { type: 'object' },
      tests: [],
    },
  ],
})

it('takes a grant of the host that an input pin names', () => {
  expect(manifestSchema.safeParse(withHttp([{ fromInput: 'url' }])).success).toBe(true)
})

it('refuses a grant of the host of a pin that is not there', () => {
  expect(manifestSchema.safeParse(withHttp([{ fromInput: 'address' }])).error?.issues[0]).toMatchObject({
    path: ['blocks', 0, 'capabilities', 'http'],
    message: 'fromInput("address") names no input pin; there are url',
  })
})
