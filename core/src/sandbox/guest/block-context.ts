import type { BlockContext, Files, Storage } from '@ashlar/sdk'
import { fetchFor } from './fetch.ts'
import { filesFor } from './files.ts'
import { callHost } from './host-calls.ts'

/** What `run` gets as its second argument. Every power in it is a call to the host, which checks it again. */
export class GuestContext implements BlockContext {
  readonly #callId: number
  readonly #signal: () => AbortSignal

  constructor(callId: number, signal: () => AbortSignal) {
    this.#callId = callId
    this.#signal = signal
  }

  get signal(): AbortSignal {
    return this.#signal()
  }

  get fetch(): typeof fetch {
    return fetchFor(this.#callId)
  }

  get files(): Files {
    return filesFor(this.#callId)
  }

  get storage(): Storage {
    const id = this.#callId
    return {
      get: (scope, key) => callHost(id, 'storage.get', [scope, key]),
      set: async (scope, key, value) => void (await callHost(id, 'storage.set', [scope, key, value])),
      compareAndSet: async (scope, key, expected, value) =>
        (await callHost(id, 'storage.compareAndSet', [scope, key, expected, value])) === true,
      delete: async (scope, key) => void (await callHost(id, 'storage.delete', [scope, key])),
      list: async (scope, page) => ((await callHost(id, 'storage.list', [scope, page])) ?? []) as string[],
    }
  }
}
