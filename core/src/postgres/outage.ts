import { setTimeout as pause } from 'node:timers/promises'
import { causeOf, codeOf } from './failures.ts'

const WAITS_MS = [50, 200, 500, 1000, 2000, 4000, 4000, 4000]

/** Whether the connection failed, the server lacked resources, or it was read-only: what passes by itself. */
function isOutage(error: unknown): boolean {
  return causeOf(error) === 'connection' || /^(53|25006)/.test(codeOf(error))
}

/** Repeats work that may be done twice, for up to 16 s, while the database is away. */
export async function throughOutages<T>(work: () => Promise<T>): Promise<T> {
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
