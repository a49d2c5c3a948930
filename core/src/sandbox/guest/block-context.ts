import type { BlockContext } from '@ashlar/sdk'
import { callHost } from './host-calls.ts'

/** What `run` gets as its second argument. Every power in it is a call to the host, which checks it again. */
export function createBlockContext(callId: number, signal: AbortSignal): BlockContext {
  return {
    signal,
    storage: {
      get: (scope, key) => callHost(callId, 'storage.get', [scope, key]),
      set: async (scope, key, value) => void (await callHost(callId, 'storage.set', [scope, key, value])),
      compareAndSet: async (scope, key, expected, value) =>
        (await callHost(callId, 'storage.compareAndSet', [scope, key, expected, value])) === true,
    },
  }
}
