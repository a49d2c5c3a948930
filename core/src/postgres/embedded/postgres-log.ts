import { open, type FileHandle } from 'node:fs/promises'

/** The log file of Postgres and initdb. */
export interface PostgresLog {
  /** For `stdio`: the child writes directly to the file, so that it does not depend on this process. */
  readonly fd: number
  /** Returns the last lines since the log was opened, without folders. */
  tail(): Promise<string>
  close(): Promise<void>
}

const MAX_BYTES = 10_000_000
const TAIL_BYTES = 4096
const TAIL_LINES = 8

/** Opens the log for appending (mode 0600). A log of more than 10 MB is truncated. */
export async function openLog(file: string): Promise<PostgresLog> {
  const handle = await open(file, 'a+', 0o600)
  if ((await handle.stat()).size > MAX_BYTES) await handle.truncate()
  const start = (await handle.stat()).size
  return { fd: handle.fd, tail: () => lastLines(handle, start), close: () => handle.close() }
}

/** Shortens every path in a text to its last part: `could not open "/a/b/c"` → `could not open "c"`. */
export function withoutFolders(text: string): string {
  return text
    .replaceAll(/(["'])[^"'\n]*[\\/]([^"'\n\\/]*)\1/g, '$1$2$1')
    .replaceAll(/(?<![\w.\\/])(?:[A-Za-z]:)?(?:[\\/][\w@.+-]+)*[\\/](?=[\w@.+-])/g, '')
}

async function lastLines(handle: FileHandle, start: number): Promise<string> {
  const { size } = await handle.stat()
  const from = Math.max(start, size - TAIL_BYTES)
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(Math.max(0, size - from)), 0, undefined, from)
  return withoutFolders(buffer.toString('utf8', 0, bytesRead).trim().split('\n').slice(-TAIL_LINES).join('\n'))
}
