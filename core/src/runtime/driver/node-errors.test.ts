import { expect, it } from 'vitest'
import { AshlarError, type ErrorCode } from '../../base/index.ts'
import { effectInterrupted, toNodeError } from './node-errors.ts'

it.each<[ErrorCode, boolean]>([
  ['TIMEOUT', true],
  ['HTTP_FAILED', true],
  ['HTTP_LIMIT', false],
  ['HTTP_DENIED', false],
  ['MEMORY_LIMIT', false],
  ['BLOCK_FAILED', false],
])('a node whose policy allows further attempts repeats %s: %s', (code, isRetryable) => {
  expect(toNodeError(new AshlarError(code, 'failed'), { onCrash: 'fail' }).retryable ?? false).toBe(isRetryable)
})

it('the error of an interrupted effect states what happened and what the author of the graph can do', () => {
  const message =
    'the worker stopped after the block had begun an external effect, such as a request that changes data, and before the result was stored: ' +
    'the effect may or may not have happened. Check the external service, then repeat the block with retryExecution, or link the pin "error" of the node to handle the failure in the graph'
  expect(effectInterrupted({ onCrash: 'fail' })).toEqual({ code: 'EFFECT_INTERRUPTED', message })
  expect(effectInterrupted({ onCrash: 'retryable' })).toEqual({
    code: 'EFFECT_INTERRUPTED',
    message: `${message}. Set "retry" on the node to repeat the block automatically`,
    retryable: true,
  })
})
