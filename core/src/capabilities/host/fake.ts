import type { HostCall } from '@ashlar/sdk'
import { z } from 'zod'
import { AshlarError } from '../../base/index.ts'
import { hostFunctionName } from './grant.ts'
import type { HostFunction } from './host-function.ts'

const answerSchema = z.union([
  z.strictObject({ result: z.unknown() }),
  z.strictObject({ error: z.string(), retryable: z.boolean().default(false) }),
])

/** `host` in the `Fakes` of the SDK: results by host function. */
export const hostFakeSchema = z.record(hostFunctionName, z.union([answerSchema, z.array(answerSchema).min(1)])).default({})

type HostFakes = z.output<typeof hostFakeSchema>

/** Returns the results that a test defines. @param calls receives every call */
export function createFakeFunctions(fakes: HostFakes, calls: HostCall[]): (name: string) => HostFunction {
  const used = new Map<string, number>()
  return (name) => ({
    run: (input, { credential }) => {
      calls.push({ function: name, input, credential: credential?.provider ?? null })
      const all = Object.hasOwn(fakes, name) ? [fakes[name] ?? []].flat() : []
      const n = used.get(name) ?? 0
      used.set(name, n + 1)
      const answer = all[Math.min(n, all.length - 1)]
      if (!answer) return Promise.reject(noResult(name, fakes))
      return 'error' in answer ? Promise.reject(toFailure(answer)) : Promise.resolve(answer.result)
    },
  })
}

function toFailure({ error, retryable }: { error: string; retryable: boolean }): Error {
  return Object.assign(new Error(error), { name: 'HostFailure', retryable })
}

function noResult(name: string, fakes: HostFakes): AshlarError {
  const names = Object.keys(fakes).join(', ')
  return new AshlarError(
    'HOST_MODULE_MISSING',
    `the fakes have no result for the host function ${name}; they define ${names || 'none'}`,
  )
}
