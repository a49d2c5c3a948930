import { parseJson } from '@ashlar/sdk'
import { park, startSlice } from './entries.ts'
import { setLikelyCall, enteredResult, postHostCall } from './outbox.ts'

interface Waiting {
  resolve: (value: unknown) => void
  reject: (error: Error) => void
}

/** Pending host calls, by the call that made them. */
const waiting = new Map<number, Map<number, Waiting>>()
let nextId = 0

/** An error that the host returned. A block that does not handle it ends with its code. */
export class HostError extends Error {
  override readonly name = 'HostError'
  readonly code: string
  constructor(message: string, code: string) {
    super(message)
    this.code = code
  }
}

/** Makes a host call for the call `callId`. Rejects with a {@link HostError} if the host returns an error. */
export function callHost(callId: number, method: string, args: readonly unknown[]): Promise<unknown> {
  const id = ++nextId
  const { promise, resolve, reject } = Promise.withResolvers<unknown>()
  postHostCall(callId, id, method, args)
  const ofCall = waiting.get(callId) ?? new Map<number, Waiting>()
  waiting.set(callId, ofCall.set(id, { resolve, reject }))
  park()
  return promise
}

/** Discards the pending host calls of a call that has ended. */
export function forgetHostCalls(callId: number): void {
  waiting.delete(callId)
}

/**
 * @param json JSON text `[call id, id, value]` or `[call id, id, null, message, code]`
 * @returns what {@link enteredResult} returns
 */
export function reply(json: string): string {
  startSlice()
  const [callId, id, value, message, code = 'BLOCK_FAILED'] = parseJson(json) as [number, number, unknown, string?, string?]
  const ofCall = waiting.get(callId)
  const pending = ofCall?.get(id)
  ofCall?.delete(id)
  setLikelyCall(callId)
  if (message === undefined) pending?.resolve(value)
  else pending?.reject(new HostError(message, code))
  return enteredResult()
}
