import { expect, it } from 'vitest'
import { toCallRequest } from './call-request.ts'

function requestFor(plugin: object): unknown {
  const block = { name: 'b', capabilityKey: '', outputPins: new Set(), loopPins: new Set(), plugin: { bundle: {}, ...plugin } }
  const execution = { id: 'execution', ownerId: 'ada' }
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
