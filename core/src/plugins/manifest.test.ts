import { expect, it } from 'vitest'
import { manifestSchema } from './manifest.ts'

const withHttp = (http: unknown[]): unknown => withCapabilities({ http })
const withCapabilities = (capabilities: unknown, onCrash = 'fail'): unknown => ({
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
      capabilities,
      onCrash,
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

it('takes a block that sleeps and has effects only where it may be run again', () => {
  const capabilities = { sleep: true, storage: ['user'] }
  expect(manifestSchema.safeParse(withCapabilities(capabilities, 'retry')).success).toBe(true)
  expect(manifestSchema.safeParse(withCapabilities({ sleep: true })).success).toBe(true)
  expect(manifestSchema.safeParse(withCapabilities(capabilities)).error?.issues[0]).toMatchObject({
    path: ['blocks', 0, 'onCrash'],
    message:
      "a block that sleeps is run again from its beginning after each sleep, so one that also has a capability that can be seen outside must declare onCrash: 'retry'",
  })
})
