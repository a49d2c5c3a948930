import { errorMessage } from '@ashlar/core'
import { HostFailure } from '../../base/define-config.ts'
import { describeCertificateFault } from '../address/index.ts'

/** Codes of nodemailer for failures that may end. */
const TRANSIENT = new Set(['ECONNECTION', 'ETIMEDOUT', 'ESOCKET', 'ESTREAM', 'EDNS'])

/** Translates an error of nodemailer. A response 4xx of the server is temporary. Source: RFC 5321, section 4.2.1. */
export function toFailure(error: unknown, host: string): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error
  const certificate = describeCertificateFault(error)
  if (certificate !== undefined) return new HostFailure(`${host}: ${certificate}`, { retryable: false, cause: error })
  const code = String(error.code)
  const status = 'responseCode' in error && typeof error.responseCode === 'number' ? error.responseCode : undefined
  const retryable = status === undefined ? TRANSIENT.has(code) : status < 500
  return new HostFailure(`${host}: ${describe(error, code)}`, { retryable, cause: error })
}

function describe(error: Error, code: string): string {
  if (/^Connection closed/i.test(error.message)) return 'the connection was lost before the server accepted the message'
  return `${errorMessage(error)}${HINTS[code] ?? ''}`
}

const HINTS: Readonly<Record<string, string>> = {
  EAUTH: '; check the user name and the password of the credential',
  ETLS: '; to send without encryption, the credential must name the server with "http://"',
  EPROTOCOL: '; check that the server and the port of the credential are those of an SMTP server',
}
