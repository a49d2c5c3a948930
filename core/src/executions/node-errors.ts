import { AshlarError, ERROR_CODES } from '../errors/index.ts'
import type { LocatedStack } from '../plugins/index.ts'
import type { NodeError } from './scheduler.ts'

export const EFFECT_INTERRUPTED: NodeError = {
  code: 'EFFECT_INTERRUPTED',
  message:
    'a worker ended after the block had begun and before its result was stored; whether its effect has happened is not known, so it is not run again',
}

/**
 * @param located where the block threw it
 * @throws what is no expected error, as it is
 */
export function toNodeError(error: unknown, located?: LocatedStack): NodeError {
  if (!(error instanceof AshlarError)) throw error
  const { code, message } = error
  return { code, message, ...(ERROR_CODES[code].retryable && { retryable: true }), ...located }
}

/** Performs what a block asks of its host. What nobody expected, and what the operator has to mend, is handed on too. */
export async function answerBlock<T>(perform: () => Promise<T>, onError: (error: unknown) => void): Promise<T> {
  try {
    return await perform()
  } catch (error) {
    if (!(error instanceof AshlarError) || error.status === 500) onError(error)
    throw error
  }
}
