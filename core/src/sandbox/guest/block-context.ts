import { findJsonFault, type Block, type BlockContext, type Credential, type Files, type Storage } from '@ashlar/sdk'
import { readCollected, type CollectedLists } from './collected-lists.ts'
import { getCredential } from './capabilities/credentials.ts'
import { fetchFor } from './capabilities/fetch.ts'
import { filesFor } from './capabilities/files.ts'
import { callHost } from './io/host-calls.ts'
import { GuestFailure } from './io/outbox.ts'
import { logFor, progressFor, streamFor, usageFor } from './reports.ts'
import { sleepFor } from './capabilities/sleep.ts'

/** The second argument of `run`. Each capability in it makes host calls, which the host checks. */
export class GuestContext implements BlockContext {
  readonly #callId: number
  readonly #block: Block
  readonly #signal: () => AbortSignal
  readonly #lists: CollectedLists | undefined
  #sleep: BlockContext['sleep'] | undefined

  constructor(callId: number, block: Block, signal: () => AbortSignal, lists: CollectedLists | undefined) {
    this.#callId = callId
    this.#block = block
    this.#signal = signal
    this.#lists = lists
  }

  get signal(): AbortSignal {
    return this.#signal()
  }

  get fetch(): BlockContext['fetch'] {
    return fetchFor(this.#callId)
  }

  get idempotencyKey(): BlockContext['idempotencyKey'] {
    return async () => String(await callHost(this.#callId, 'run.idempotencyKey', []))
  }

  get credentials(): (provider: string) => Promise<Credential> {
    return (provider) => getCredential(this.#callId, provider)
  }

  get files(): Files {
    return filesFor(this.#callId)
  }

  get host(): BlockContext['host'] {
    return (name, input, { credential } = {}) =>
      callHost(this.#callId, 'host.call', [name, storable(input, 'host'), credential ?? null])
  }

  get collected(): BlockContext['collected'] {
    return (pin) => readCollected(this.#lists, pin)
  }

  get sleep(): BlockContext['sleep'] {
    return (this.#sleep ??= sleepFor(this.#callId))
  }

  get progress(): BlockContext['progress'] {
    return progressFor(this.#callId)
  }

  get stream(): BlockContext['stream'] {
    return streamFor(this.#callId, this.#block)
  }

  get usage(): BlockContext['usage'] {
    return usageFor(this.#callId)
  }

  get log(): BlockContext['log'] {
    return logFor(this.#callId)
  }

  get storage(): Storage {
    const id = this.#callId
    return {
      get: (scope, key) => callHost(id, 'storage.get', [scope, key]),
      set: async (scope, key, value) => void (await callHost(id, 'storage.set', [scope, key, storable(value)])),
      compareAndSet: async (scope, key, expected, value) =>
        (await callHost(id, 'storage.compareAndSet', [scope, key, storable(expected), storable(value)])) === true,
      delete: async (scope, key) => void (await callHost(id, 'storage.delete', [scope, key])),
      list: async (scope, page) => ((await callHost(id, 'storage.list', [scope, page])) ?? []) as string[],
    }
  }
}

/** @returns the value, which may be undefined @throws {GuestFailure} BAD_INPUT when JSON cannot represent it */
function storable(value: unknown, of = 'storage'): unknown {
  const fault = value === undefined ? undefined : findJsonFault(value)
  if (fault !== undefined) throw new GuestFailure('BAD_INPUT', `${of}: ${fault}`)
  return value
}
