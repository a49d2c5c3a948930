import { parseJson } from '@ashlar/sdk'
import { park, startSlice } from './entries.ts'
import { enterLikely, entered, postHostCall } from './outbox.ts'

interface Waiting {
  resolve: (value: unknown) => void
  reject: (error: Error) => void
}

/** Calls to the host that have no answer yet, by the call that has made them. */
const waiting = new Map<number, Map<number, Waiting>>()
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
  const ofCall = waiting.get(callId) ?? new Map<number, Waiting>()
  waiting.set(callId, ofCall.set(id, { resolve, reject }))
  park()
  return promise
}

/** The call has ended: nothing it has asked for is answered any more. */
export function forgetHostCalls(callId: number): void {
  waiting.delete(callId)
}

/** @param json JSON text `[call id, id, value]` or `[call id, id, null, message, code]` @returns what {@link entered} returns */
export function reply(json: string): string {
  startSlice()
  const [callId, id, value, message, code = 'BLOCK_FAILED'] = parseJson(json) as [number, number, unknown, string?, string?]
  const ofCall = waiting.get(callId)
  const asked = ofCall?.get(id)
  ofCall?.delete(id)
  enterLikely(callId)
  if (message === undefined) asked?.resolve(value)
  else asked?.reject(new HostError(message, code))
  return entered()
}
