import { park, startSlice } from './entries.ts'
import { postHostCall } from './outbox.ts'

/** Calls to the host that have no answer yet. */
const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
let nextId = 0

/** Asks the worker to perform something for the call `callId`. Rejects with what the worker refuses. */
export function callHost(callId: number, method: string, args: readonly unknown[]): Promise<unknown> {
  const id = ++nextId
  const { promise, resolve, reject } = Promise.withResolvers<unknown>()
  waiting.set(id, { resolve, reject })
  postHostCall(callId, id, method, args)
  park()
  return promise
}

/** @param json JSON text `[id, value]` or `[id, null, message]` */
export function reply(json: string): void {
  startSlice()
  const [id, value, message] = JSON.parse(json) as [number, unknown, string?]
  const call = waiting.get(id)
  waiting.delete(id)
  if (message === undefined) call?.resolve(value)
  else call?.reject(new Error(message))
}
