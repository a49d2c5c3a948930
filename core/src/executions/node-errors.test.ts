import { expect, it } from 'vitest'
import { AshlarError, type ErrorCode } from '../errors/index.ts'
import { toNodeError } from './node-errors.ts'

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
