import { AshlarError, errorMessage } from '@ashlar/core'
import { HostFailure } from '../../base/define-config.ts'
import { describeCertificateFault } from '../address/index.ts'

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
  const certificate = describeCertificateFault(error)
  if (!isSqlState && certificate !== undefined)
    return new HostFailure(`${host}: ${certificate}`, { retryable: false, cause: error })
  if (!isSqlState) return new HostFailure(`${host}: ${errorMessage(error)}`, { retryable: true, cause: error })
  const position = 'position' in error && typeof error.position === 'string' ? ` at character ${error.position}` : ''
  const given = 'hint' in error && typeof error.hint === 'string' ? `; ${error.hint}` : ''
  const hint = state.startsWith('28') ? '; check the user name and the password of the credential' : given
  return new HostFailure(`${errorMessage(error)} (${state})${position}${hint}`, {
    retryable: TRANSIENT.test(state),
    cause: error,
  })
}
