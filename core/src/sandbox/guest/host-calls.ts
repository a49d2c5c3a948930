import { park, startSlice } from './entries.ts'
import { postHostCall } from './outbox.ts'

/** Calls to the host that have no answer yet. */
const waiting = new Map<number, { callId: number; resolve: (value: unknown) => void; reject: (error: Error) => void }>()
let nextId = 0

/** What the host refuses, and with which code. A block that does not handle it ends with that code. */
export class HostError extends Error {
  override readonly name = 'HostError'
  readonly code: string
  constructor(message: string, code: string) {
    super(message)
    this.code = code
  }
}

/** Asks the worker to perform something for the call `callId`. Rejects with what the worker refuses. */
export function callHost(callId: number, method: string, args: readonly unknown[]): Promise<unknown> {
  const id = ++nextId
  const { promise, resolve, reject } = Promise.withResolvers<unknown>()
  postHostCall(callId, id, method, args)
  waiting.set(id, { callId, resolve, reject })
  park()
  return promise
}

/** The call was aborted: nothing it has asked for is answered any more. */
export function forgetHostCalls(callId: number): void {
  for (const [id, call] of waiting) if (call.callId === callId) waiting.delete(id)
}

/** @param json JSON text `[id, value]` or `[id, null, message, code]` */
export function reply(json: string): void {
  startSlice()
  const [id, value, message, code = 'BLOCK_FAILED'] = JSON.parse(json) as [number, unknown, string?, string?]
  const call = waiting.get(id)
  waiting.delete(id)
  if (message === undefined) call?.resolve(value)
  else call?.reject(new HostError(message, code))
}
