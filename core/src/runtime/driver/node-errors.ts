import { AshlarError, ERROR_CODES } from '../../base/index.ts'
import type { Block, LocatedStack } from '../../blocks/index.ts'
import { UNKNOWN_EFFECT } from '../../sandbox/calls/index.ts'
import type { NodeError } from '../../engine/index.ts'

/** The error of a block whose worker ended after the block had begun an effect and before its result was stored. */
export function effectInterrupted(block: Pick<Block, 'onCrash'>): NodeError {
  const repeat = block.onCrash === 'fail' ? '' : '. Set "retry" on the node to repeat the block automatically'
  const message = `the worker stopped after the block had begun an external effect, such as a request that changes data, and before the result was stored: ${UNKNOWN_EFFECT}${repeat}`
  return toNodeError(new AshlarError('EFFECT_INTERRUPTED', message), block)
}

/**
 * @param block its manifest may make EFFECT_INTERRUPTED retryable
 * @param located the location where the block threw the error
 * @throws an unexpected error, unchanged
 */
export function toNodeError(error: unknown, block: Pick<Block, 'onCrash'>, located?: LocatedStack): NodeError {
  if (!(error instanceof AshlarError)) throw error
  const { code, message } = error
  const isRetryable = ERROR_CODES[code].retryable || (code === 'EFFECT_INTERRUPTED' && block.onCrash !== 'fail')
  return { code, message, ...(isRetryable && { retryable: true }), ...located }
}

/**
 * Performs a host call of a block. Also reports unexpected errors and errors that the operator has to fix to `onError`.
 */
export async function answerBlock<T>(perform: () => Promise<T>, onError: (error: unknown) => void): Promise<T> {
  try {
    return await perform()
  } catch (error) {
    if (!(error instanceof AshlarError) || error.status === 500) onError(error)
    throw error
  }
}
