import { AshlarError, showValue } from '../../../base/index.ts'
import { isDecoded } from './decode.ts'
import { normalizeHeaderName, type HeaderPairs } from '../message/index.ts'

/**
 * Rejects headers that make a server send parts or differences of a response. A secret that is split between parts is
 * not recognized, so it could not be masked.
 *
 * @throws {AshlarError} HTTP_DENIED
 */
export function assertMaskableRequest(headers: HeaderPairs): void {
  const found = headers.find(([name]) => PARTS.test(normalizeHeaderName(name)))
  if (!found) return
  const message = `http: a request with a credential must not have the header ${showValue(found[0])}, because Ashlar cannot mask a secret in a partial response; remove the header and request the whole response`
  throw new AshlarError('HTTP_DENIED', message, { details: { header: found[0] } })
}

const PARTS = /^((if|request)-|x-([a-z]+-)?)?range$|^a-im$/

/**
 * Rejects a response in which secrets could not be found: a partial response, or a response in a coding that is not
 * decoded here.
 *
 * @throws {AshlarError} HTTP_DENIED
 */
export function assertMaskableResponse(
  host: string,
  status: number,
  headers: Record<string, string | string[] | undefined>,
): void {
  const contentEncoding = joinValues(headers['content-encoding'])
  const transferEncoding = joinValues(headers['transfer-encoding'])
  if (status === 206 || status === 226) throw denied(host, `is partial (status ${status})`)
  if (!isDecoded(contentEncoding)) throw denied(host, `has the content coding ${showValue(contentEncoding)}`)
  if (!/^\s*(chunked|identity)?\s*$/i.test(transferEncoding))
    throw denied(host, `has the transfer coding ${showValue(transferEncoding)}`)
}

function joinValues(value: string | string[] | undefined): string {
  return [value ?? ''].flat().join(',')
}

function denied(host: string, what: string): AshlarError {
  const message = `http: ${host}: the response to a request with a credential ${what}, so Ashlar cannot mask a secret in it; request a whole response with no content coding, or with gzip, deflate or br`
  return new AshlarError('HTTP_DENIED', message, { details: { host } })
}
