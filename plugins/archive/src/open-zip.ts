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

/** The unpacked size of the entries that are unpacked at a time. */
const BATCH_BYTES = 8 * 1024 * 1024

/**
 * Unpacks entries. Small ones are unpacked together, because each pass reads the whole directory. A batch takes no more
 * memory than the directory declares.
 */
export function* unpackEntries(archive: Uint8Array, entries: readonly ZipEntry[]): Generator<[name: string, bytes: Uint8Array]> {
  for (const batch of divide(entries)) {
    const names = new Set(batch.map(({ name }) => name))
    const unpacked = unzip(archive, ({ name }) => names.has(name))
    for (const { name } of batch) {
      const bytes = unpacked[name]
      if (!bytes) throw new ArchiveError(`the archive has no entry ${JSON.stringify(name)}`)
      yield [name, bytes]
    }
  }
}

function* divide(entries: readonly ZipEntry[]): Generator<ZipEntry[]> {
  let [batch, bytes]: [ZipEntry[], number] = [[], 0]
  for (const entry of entries) {
    if (batch.length > 0 && bytes + entry.bytes > BATCH_BYTES) {
      yield batch
      ;[batch, bytes] = [[], 0]
    }
    batch.push(entry)
    bytes += entry.bytes
  }
  if (batch.length > 0) yield batch
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
