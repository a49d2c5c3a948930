import { AshlarError } from '../../../base/index.ts'

/**
 * Converts a network error. The message contains no address and no port, so it reveals nothing about the network of the
 * host.
 */
export function toHttpFailure(error: unknown, host: string): AshlarError {
  if (error instanceof AshlarError) return error
  const code = readErrorCode(error)
  if (code === 'UND_ERR_HEADERS_OVERFLOW' || code === 'HPE_HEADER_OVERFLOW')
    return new AshlarError('HTTP_LIMIT', `http: the response headers of ${host} are too large`, { cause: error })
  const description =
    DESCRIPTIONS[code] ??
    (/CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO/.test(code)
      ? 'the TLS connection or its certificate was rejected'
      : 'the request failed')
  return new AshlarError('HTTP_FAILED', `http: ${host}: ${description}`, { cause: error })
}

const DESCRIPTIONS: Record<string, string> = {
  ENOTFOUND: 'the host does not exist',
  EAI_AGAIN: 'the address of the host could not be resolved',
  ECONNREFUSED: 'the server refused the connection',
  ECONNRESET: 'the server closed the connection',
  EPIPE: 'the server closed the connection',
  UND_ERR_SOCKET: 'the server closed the connection',
  ETIMEDOUT: 'the server did not respond in time',
  UND_ERR_CONNECT_TIMEOUT: 'the server did not respond in time',
  UND_ERR_HEADERS_TIMEOUT: 'the server did not respond in time',
  UND_ERR_BODY_TIMEOUT: 'the server stopped sending',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the length of the response differs from its content-length',
  UND_ERR_REQ_CONTENT_LENGTH_MISMATCH: 'the length of the request body differs from its content-length',
  Z_BUF_ERROR: 'the compressed response is incomplete',
  Z_DATA_ERROR: 'the response does not match its content-encoding',
}

function readErrorCode(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : ''
}
