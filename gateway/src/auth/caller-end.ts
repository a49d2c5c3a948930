import type { Caller, Runtime } from '@ashlar/core'

/** The longest timer of Node, in milliseconds. */
const MAX_TIMER_MS = 2 ** 31 - 1

/**
 * Calls the callback once, when the session of the caller ends or the token of the caller expires.
 *
 * @returns a function that cancels the subscription
 */
export function onCallerEnd({ session, expiresAt }: Caller, sessions: Runtime['browserSessions'], ended: () => void): () => void {
  if (session) return sessions.onEnd(session, ended)
  return expiresAt ? onTime(expiresAt, ended) : () => undefined
}

function onTime(time: Date, callback: () => void): () => void {
  let timer: NodeJS.Timeout
  const wait = (): void => {
    const ms = time.getTime() - Date.now()
    timer = setTimeout(ms > MAX_TIMER_MS ? wait : callback, Math.min(ms, MAX_TIMER_MS)).unref()
  }
  wait()
  return () => clearTimeout(timer)
}
