import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** @returns the median duration of one parse and stringify of the rows in plain Node, in milliseconds */
export async function parseAndStringify(rows: number, times: number): Promise<number> {
  const script = fileURLToPath(new URL('plain-rows-process.ts', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [script, String(rows), String(times)])
  return Number(stdout)
}
