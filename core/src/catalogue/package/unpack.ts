import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { errorMessage } from '../../base/index.ts'
import { refusal } from './fault.ts'
import { readTar, type TarFile } from './read-tar.ts'

/** The maximum size of a tarball. */
export const MAX_PACKED_BYTES = 10 * 1024 * 1024
const MAX_UNPACKED_BYTES = 50 * 1024 * 1024
/** Text compresses to a tenth of its size, rarely to a fortieth. A higher ratio indicates a decompression bomb. */
const MAX_RATIO = 100
const RATIO_COUNTS_FROM_BYTES = 4 * 1024 * 1024

const unzip = promisify(gunzip)

/**
 * Reads the output of `npm pack` in memory. Paths are relative to its folder `package`.
 *
 * @throws {AshlarError} TARBALL_INVALID
 */
export async function unpackTarball(tarball: Uint8Array): Promise<TarFile[]> {
  if (tarball.length > MAX_PACKED_BYTES)
    throw refusal('TARBALL_INVALID', '', `the tarball has ${tarball.length} bytes; the limit is ${MAX_PACKED_BYTES}`)
  if (tarball[0] !== 0x1f || tarball[1] !== 0x8b)
    throw refusal('TARBALL_INVALID', '', 'the tarball must be gzipped, as `npm pack` writes it')
  const tar = await unzip(tarball, { maxOutputLength: MAX_UNPACKED_BYTES }).catch((error: NodeJS.ErrnoException) => {
    const isTooLarge = error.code === 'ERR_BUFFER_TOO_LARGE'
    const why = isTooLarge ? `unpacks to more than ${MAX_UNPACKED_BYTES} bytes` : `cannot be unpacked: ${errorMessage(error)}`
    throw refusal('TARBALL_INVALID', '', `the tarball ${why}`, error)
  })
  if (tar.length > RATIO_COUNTS_FROM_BYTES && tar.length > tarball.length * MAX_RATIO)
    throw refusal('TARBALL_INVALID', '', `the tarball unpacks to more than ${MAX_RATIO} times its size`)
  return readTar(tar)
}
