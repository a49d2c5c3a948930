import { errorMessage } from '@ashlar/core'

/**
 * Describes the fault of a certificate, and what to do.
 *
 * @returns undefined if the error is another one
 */
export function describeCertificateFault(error: unknown): string | undefined {
  const message = errorMessage(error)
  if (!/certificate|altnames/i.test(message)) return undefined
  // Node adds advice for its command line.
  const [reason] = message.split('; if the root CA')
  return `the certificate is not valid: ${reason}; the credential must name the server as its certificate does, and the operator can trust a private authority with NODE_EXTRA_CA_CERTS`
}
