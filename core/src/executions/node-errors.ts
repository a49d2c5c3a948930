import { ERROR_CODES, type AshlarError } from '../errors/index.ts'
import type { NodeError } from './scheduler.ts'

export const EFFECT_INTERRUPTED: NodeError = {
  code: 'EFFECT_INTERRUPTED',
  message:
    'a worker ended after the block had begun and before its result was stored; whether its effect has happened is not known, so it is not run again',
}

export function toNodeError({ code, message }: AshlarError): NodeError {
  return ERROR_CODES[code].retryable ? { code, message, retryable: true } : { code, message }
}
