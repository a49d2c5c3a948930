import { AshlarError } from '../../base/index.ts'
import { CHUNK_BYTES } from '../../workspaces/index.ts'

const MAX_BASE64_CHARS = Math.ceil(CHUNK_BYTES / 3) * 4

/** Decodes one chunk of a body or file. @param what names the chunk in messages @throws {AshlarError} BAD_INPUT */
export function parseChunk(base64: unknown, what: string): Buffer {
  if (typeof base64 !== 'string' || base64.length > MAX_BASE64_CHARS || !/^[A-Za-z0-9+/]*={0,2}$/.test(base64))
    throw new AshlarError('BAD_INPUT', `${what} must be base64 of at most ${CHUNK_BYTES} bytes`)
  return Buffer.from(base64, 'base64')
}
