import { setTimeout as pause } from 'node:timers/promises'

const WAITS_MS = [50, 200, 500, 1000, 2000, 4000, 4000, 4000]

/** Whether the connection failed, rather than the statement. Source: PostgreSQL, Appendix A, classes 08, 53 and 57P. */
function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = String((error as { code?: unknown }).code ?? '')
  return (
    /^(08|53|57P|ECONN|EPIPE)/.test(code) ||
    /Connection (terminated|ended)|not queryable|timeout exceeded when trying to connect/.test(error.message)
  )
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
