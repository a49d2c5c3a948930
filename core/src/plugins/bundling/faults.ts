import type { Location, Message } from 'esbuild'
import { realpathSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { resolve } from 'node:path'
import { AshlarError, type Fault } from '../../errors/index.ts'
import { OF_IMPORT } from './confine.ts'
import { isWithin, type Reach } from './reach.ts'

const MAX_FAULTS = 10

/**
 * @param error what the bundler has thrown
 * @param reach where the files are of which messages may quote something
 * @returns PLUGIN_LOAD_FAILED with a fault for each place
 */
export function bundleError(error: unknown, folder: string, reach?: Reach): AshlarError {
  const messages = (error as { errors?: Message[] }).errors ?? []
  const faults = messages.slice(0, MAX_FAULTS).map((message) => faultOf(message, folder, reach))
  return new AshlarError('PLUGIN_LOAD_FAILED', describeFaults(faults), { cause: error, details: { faults } })
}

export function describeFaults(faults: readonly Fault[]): string {
  if (faults.length === 0) return 'the bundler failed'
  return faults.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('\n')
}

function faultOf({ text, location, detail }: Message, folder: string, reach: Reach | undefined): Fault {
  if (!location) return { path: '', message: explain(text) }
  const { file, line, column } = location
  if (reach && !isReadable(resolve(folder, file), reach)) {
    // Also a message can quote a file.
    return { path: '', message: `${file} leads outside the package: what is wrong with it is not reported` }
  }
  const path = `${file.replace(/^<(.*)>$/, '$1')}:${line}:${column + 1}`
  return { path, message: detail === OF_IMPORT ? `${textAt(location)} ${text}` : explain(text) }
}

/** What is not there is named by the bundler alone. */
function isReadable(path: string, reach: Reach): boolean {
  try {
    return isWithin(realpathSync(path), reach)
  } catch {
    return true
  }
}

/** What stands there; columns count bytes. */
function textAt({ lineText, column, length }: Location): string {
  const text = Buffer.from(lineText)
    .subarray(column, column + length)
    .toString()
  return text === '' ? 'what is imported' : text.slice(0, 200)
}

/** What the bundler says of a bare name like `fs` begins with that it cannot be resolved. */
function explain(text: string): string {
  const [, name = ''] = /^Could not resolve "([^"]+)"/.exec(text) ?? []
  if (name === '') return text
  if (isBuiltin(name)) return `"${name}" is a Node module; blocks run in a sandbox that has the web platform only`
  return text
}
