import { expect, it } from 'vitest'
import { toCallRequest } from './call-request.ts'

function requestFor(plugin: object, sandboxMemoryMb: number | null = null): unknown {
  const block = { name: 'b', capabilityKey: '', outputPins: new Set(), loopPins: new Set(), plugin: { bundle: {}, ...plugin } }
  const execution = { id: 'execution', ownerId: 'ada', sandboxMemoryMb }
  return toCallRequest(execution as never, { node: { block, timeoutMs: 1000 }, outputs: 0 } as never, () => ({}))
}

it('lets the calls of built-in plugins share processes and contexts', () => {
  const request = requestFor({ builtin: true, isolated: undefined })
  expect(request).toMatchObject({ cordon: 'builtin', owner: 'ada', scope: '' })
  expect(request).not.toHaveProperty('isExclusive')
})

it('gives each call of an isolated plugin its own context in a process of its owner', () => {
  expect(requestFor({ builtin: true, isolated: true })).toMatchObject({ cordon: 'user:ada', owner: 'ada', isExclusive: true })
  const scope = 'execution'
  expect(requestFor({ builtin: false, isolated: true })).toMatchObject({ cordon: 'user:ada', scope, isExclusive: true })
})

it('limits the memory of the processes of an account, but not of those that accounts share', () => {
  expect(requestFor({ builtin: false }, 200)).toMatchObject({ processMemoryMb: 200 })
  expect(requestFor({ builtin: true }, 200)).not.toHaveProperty('processMemoryMb')
  expect(requestFor({ builtin: false })).not.toHaveProperty('processMemoryMb')
})
