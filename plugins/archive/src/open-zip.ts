import { unzipSync } from 'fflate'

export interface ZipEntry {
  readonly name: string
  /** Unpacked. */
  readonly bytes: number
  readonly packed_bytes: number
}

const MAX_ENTRIES = 10_000

/**
 * Reads the directory of a zip archive. Unpacks nothing.
 *
 * @throws {Error} when the bytes are not a zip archive
 */
export function listEntries(archive: Uint8Array): ZipEntry[] {
  const entries: ZipEntry[] = []
  unzip(archive, (entry) => {
    entries.push(entry)
    if (entries.length > MAX_ENTRIES) throw new ArchiveError(`the archive has more than ${MAX_ENTRIES} entries`)
    return false
  })
  return entries
}

/** Unpacks one entry. It takes no more memory than the directory declares. */
export function unpackEntry(archive: Uint8Array, name: string): Uint8Array {
  const unpacked = unzip(archive, (entry) => entry.name === name)[name]
  if (!unpacked) throw new ArchiveError(`the archive has no entry ${JSON.stringify(name)}`)
  return unpacked
}

class ArchiveError extends Error {}

function unzip(archive: Uint8Array, isWanted: (entry: ZipEntry) => boolean): Record<string, Uint8Array> {
  try {
    return unzipSync(archive, {
      filter: ({ name, originalSize, size }) => isWanted({ name, bytes: originalSize, packed_bytes: size }),
    })
  } catch (cause) {
    if (cause instanceof ArchiveError) throw cause
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`the file is not a valid zip archive, or is protected by a password: ${message}`, { cause })
  }
}
