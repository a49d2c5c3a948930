import { parseJson } from '@ashlar/sdk/json'
import { expect, it } from 'vitest'
import { newCall } from './call-attempts.ts'
import type { Call, CallSink } from './call.ts'
import { RecordSpace } from './host-call-record.ts'
import { answerHostCall } from './host-call.ts'
import { DEFAULT_SANDBOX_LIMITS } from '../limits/index.ts'

function newTestCall(repeatable: boolean, hostCall: NonNullable<CallSink['hostCall']>): Call {
  const bundle = { digest: 'digest', code: '' }
  const place = { cordon: 'user:a', owner: 'a', scope: 'e', affinity: 'e' }
  const request = { kind: 'run', bundle, ...place, block: 'b', input: () => '{}', timeoutMs: 1000, repeatable } as const
  return newCall(256, request, { output: () => {}, end: () => {}, hostCall }, new RecordSpace())
}

function ask(call: Call, args: unknown[]): Promise<string | undefined> {
  return answerHostCall(call, { t: 'c', id: call.id, request: 1, method: 'storage.set', args }, DEFAULT_SANDBOX_LIMITS)
}

/** The reviver keeps the order of the keys at each level, which takes more of the stack. */
const nested = (depth: number): unknown => parseJson(`${'{"b":0,"1":'.repeat(depth)}1${'}'.repeat(depth)}`)

it.each([true, false])(
  'ends the call without a host call if its arguments are nested too deep to serialize (repeatable: %s)',
  async (repeatable) => {
    let asked = 0
    const call = newTestCall(repeatable, () => Promise.resolve(asked++))
    await expect(ask(call, ['user', nested(4000)])).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: 'storage.set: an argument is nested more than 1000 levels deep',
    })
    expect(asked).toBe(0)
    expect(await ask(call, ['user', nested(1000)])).toBe('[256,1,0]')
  },
)

it.each([
  ['text', 'x'.repeat(2 ** 20)],
  ['integers', Array.from({ length: 70_000 }, () => 2n ** 60n)],
])('ends the call for arguments longer than 1 MiB: %s', async (_, value) => {
  const call = newTestCall(true, () => Promise.resolve(1))
  await expect(ask(call, ['user', value])).rejects.toMatchObject({ code: 'OUTPUT_LIMIT' })
})

it('returns "the host failed" to the block if the response cannot be written as JSON', async () => {
  const call = newTestCall(false, () => Promise.resolve(nested(4000)))
  expect(await ask(call, ['user', 'a'])).toBe('[256,1,null,"the host failed"]')
})
