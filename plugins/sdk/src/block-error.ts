/** The codes with which a block can fail. A node may repeat a run that fails with one of the first two. */
export const BLOCK_ERROR_CODES = [
  'RATE_LIMITED',
  'SERVICE_FAILED',
  'SERVICE_REFUSED',
  'CREDENTIAL_EXPIRED',
  'MODEL_NOT_FOUND',
  'CONTEXT_TOO_LONG',
  'CONTENT_FILTERED',
  'MODEL_OUTPUT_INVALID',
] as const

export type BlockErrorCode = (typeof BLOCK_ERROR_CODES)[number]

/**
 * An error of a block with a code that graphs and clients can distinguish: `throw new BlockError('RATE_LIMITED', …)`.
 * Any other error that a block throws has the code `BLOCK_FAILED`.
 *
 * - `RATE_LIMITED` the service asks to send fewer requests; the `retry` of the node applies
 * - `SERVICE_FAILED` the service answers with an error of its own, or its answer ends early; the `retry` applies
 * - `SERVICE_REFUSED` the service refuses the request
 * - `CREDENTIAL_EXPIRED` the service does not accept the credential
 * - `MODEL_NOT_FOUND` the service has no model of this name
 * - `CONTEXT_TOO_LONG` the request is longer than the model accepts
 * - `CONTENT_FILTERED` the service does not answer because of its content policy
 * - `MODEL_OUTPUT_INVALID` the answer of a model does not have the requested form
 */
export class BlockError extends Error {
  readonly code: BlockErrorCode

  constructor(code: BlockErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'BlockError'
    this.code = code
  }
}
