import { z } from 'zod'

export const archivePin = z
  .string()
  .min(1)
  .max(1024)
  .meta({ title: 'Archive', description: 'Path of a zip archive of the execution.', examples: ['data.zip'] })

/** An archive is in memory as a whole. */
const MAX_ARCHIVE_BYTES = 64 * 1024 * 1024
/** The unpacked sizes of all entries together. */
export const MAX_UNPACKED_BYTES = 256 * 1024 * 1024
/** One entry is in memory as a whole. */
export const MAX_ENTRY_BYTES = 64 * 1024 * 1024

export async function readArchive(path: string, read: (path: string) => Promise<Uint8Array>): Promise<Uint8Array> {
  const bytes = await read(path)
  if (bytes.length > MAX_ARCHIVE_BYTES)
    throw new Error(`the archive has ${bytes.length} bytes; the limit is ${MAX_ARCHIVE_BYTES}`)
  return bytes
}
