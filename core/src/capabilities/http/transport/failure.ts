import { AshlarError } from '../../../errors/index.ts'

/** What went wrong on the way, in words that tell nothing of the network behind a host: no address, no port. */
export function toHttpFailure(error: unknown, host: string): AshlarError {
  if (error instanceof AshlarError) return error
  const code = codeOf(error)
  if (code === 'UND_ERR_HEADERS_OVERFLOW' || code === 'HPE_HEADER_OVERFLOW')
    return new AshlarError('HTTP_LIMIT', `http: the headers of ${host}'s response are too large`, { cause: error })
  const what =
    WORDS[code] ??
    (/CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO/.test(code) ? 'its certificate or TLS was refused' : 'the exchange failed')
  return new AshlarError('HTTP_FAILED', `http: ${host}: ${what}`, { cause: error })
}

const WORDS: Record<string, string> = {
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'its address could not be looked up',
  ECONNREFUSED: 'it refused the connection',
  ECONNRESET: 'it closed the connection',
  EPIPE: 'it closed the connection',
  UND_ERR_SOCKET: 'it closed the connection',
  ETIMEDOUT: 'it did not answer in time',
  UND_ERR_CONNECT_TIMEOUT: 'it did not answer in time',
  UND_ERR_HEADERS_TIMEOUT: 'it did not answer in time',
  UND_ERR_BODY_TIMEOUT: 'it stopped sending',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'its response has another length than it said',
  UND_ERR_REQ_CONTENT_LENGTH_MISMATCH: 'the body of the request has another length than was said',
  Z_BUF_ERROR: 'its response is compressed and broken off',
  Z_DATA_ERROR: 'its response is not compressed as it says',
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : ''
}
