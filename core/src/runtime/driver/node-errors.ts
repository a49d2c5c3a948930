import { AshlarError, ERROR_CODES } from '../../base/index.ts'
import type { Block } from '../../blocks/index.ts'
import type { LocatedStack } from '../../catalogue/loading/index.ts'
import { UNKNOWN_EFFECT } from '../../sandbox/calls/index.ts'
import type { NodeError } from '../../engine/index.ts'

/** A worker ended before the result of a block that had begun an effect was stored. */
export function effectInterrupted(block: Pick<Block, 'onCrash'>): NodeError {
  const repeat = block.onCrash === 'fail' ? '' : '. Set "retry" on the node to repeat the block automatically'
  const message = `the worker stopped after the block had begun an external effect, such as a request that changes data, and before the result was stored: ${UNKNOWN_EFFECT}${repeat}`
  return toNodeError(new AshlarError('EFFECT_INTERRUPTED', message), block)
}

/**
 * @param block whose manifest may make EFFECT_INTERRUPTED retryable
 * @param located where the block threw it
 * @throws an unexpected error, unchanged
 */
export function toNodeError(error: unknown, block: Pick<Block, 'onCrash'>, located?: LocatedStack): NodeError {
  if (!(error instanceof AshlarError)) throw error
  const { code, message } = error
  const isRetryable = ERROR_CODES[code].retryable || (code === 'EFFECT_INTERRUPTED' && block.onCrash !== 'fail')
  return { code, message, ...(isRetryable && { retryable: true }), ...located }
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
