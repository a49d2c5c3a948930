import { AshlarError, ERROR_CODES } from '../errors/index.ts'
import type { NodeError } from './scheduler.ts'

export const EFFECT_INTERRUPTED: NodeError = {
  code: 'EFFECT_INTERRUPTED',
  message:
    'a worker ended after the block had begun and before its result was stored; whether its effect has happened is not known, so it is not run again',
}

/** @throws what is no expected error, as it is */
export function toNodeError(error: unknown): NodeError {
  if (!(error instanceof AshlarError)) throw error
  const { code, message } = error
  return ERROR_CODES[code].retryable ? { code, message, retryable: true } : { code, message }
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
