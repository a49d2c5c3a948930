import { setTimeout as pause } from 'node:timers/promises'
import { classifyFailure, readErrorCode } from './failures.ts'

const WAITS_MS = [50, 200, 500, 1000, 2000, 4000, 4000, 4000]

/** Whether the failure is temporary: the connection failed, the server lacked resources, or it was read-only. */
function isOutage(error: unknown): boolean {
  return classifyFailure(error) === 'connection' || /^(53|25006)/.test(readErrorCode(error))
}

/** Repeats idempotent work for up to 16 s while the database is unavailable. */
export async function retryDuringOutage<T>(work: () => Promise<T>): Promise<T> {
  for (const waitMs of WAITS_MS) {
    try {
      return await work()
    } catch (error) {
      if (!isOutage(error)) throw error
      await pause(waitMs)
    }
  }
  return work()
}
