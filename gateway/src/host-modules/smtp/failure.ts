import { errorMessage } from '@ashlar/core'
import { HostFailure } from '../../operator-config/define.ts'

/** Codes of nodemailer for failures that may end. */
const TRANSIENT = new Set(['ECONNECTION', 'ETIMEDOUT', 'ESOCKET', 'ESTREAM', 'EDNS'])

/** Translates an error of nodemailer. A response 4xx of the server is temporary. Source: RFC 5321, section 4.2.1. */
export function toFailure(error: unknown, host: string): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error
  const { code } = error
  const status = 'responseCode' in error && typeof error.responseCode === 'number' ? error.responseCode : undefined
  const retryable = status === undefined ? TRANSIENT.has(String(code)) : status < 500
  const hint = code === 'EAUTH' ? '; check the user name and the password of the credential' : ''
  const tls = code === 'ETLS' ? '; to send without encryption, the credential must name the server with "http://"' : ''
  return new HostFailure(`${host}: ${errorMessage(error)}${hint}${tls}`, { retryable, cause: error })
}
