import { AshlarError, errorMessage } from '@ashlar/core'
import { HostFailure } from '../../operator-config/define.ts'

/**
 * Classes of SQLSTATE that may succeed later: connection, resources, operator, system, and the two of concurrent
 * transactions. Source: the appendix "Error Codes" of the Postgres documentation.
 */
const TRANSIENT = /^(08|53|57P0|58|40001|40P01)/

/** Translates an error of Postgres, with its SQLSTATE and the place in the statement. */
export function toFailure(error: unknown, host: string): unknown {
  if (!(error instanceof Error) || error instanceof AshlarError || error.name === 'HostFailure') return error
  const state = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  const isSqlState = state !== undefined && /^[0-9A-Z]{5}$/.test(state)
  if (!isSqlState) return new HostFailure(`${host}: ${errorMessage(error)}`, { retryable: true, cause: error })
  const position = 'position' in error && typeof error.position === 'string' ? ` at character ${error.position}` : ''
  const hint = 'hint' in error && typeof error.hint === 'string' ? `; ${error.hint}` : ''
  return new HostFailure(`${errorMessage(error)} (${state})${position}${hint}`, {
    retryable: TRANSIENT.test(state),
    cause: error,
  })
}
