import type { Location, Message } from 'esbuild'
import { dirname, isAbsolute, resolve } from 'node:path'
import { AshlarError, type Fault } from '../../../base/index.ts'
import { FOLLOWS_IMPORT, OUTSIDE } from './confine.ts'
import { isWithin, findRealPath } from './within.ts'

const MAX_FAULTS = 10

/**
 * @param error the error of the bundler
 * @param roots directories whose files messages may quote; undefined for any directory
 * @returns PLUGIN_LOAD_FAILED with a fault for each location
 */
export function toBundleError(error: unknown, folder: string, roots?: readonly string[]): AshlarError {
  const messages = (error as { errors?: Message[] }).errors ?? []
  const faults = messages.slice(0, MAX_FAULTS).map((message) => toFault(message, folder, roots))
  return new AshlarError('PLUGIN_LOAD_FAILED', describeFaults(faults), { cause: error, details: { faults } })
}

/** @returns the warnings with the positions of imports; paths in a package store start at `node_modules` */
export function toWarnings(messages: readonly Message[], folder: string, roots?: readonly string[]): Fault[] {
  return messages
    .filter(({ pluginName }) => pluginName !== '')
    .map((message) => toFault(message, folder, roots))
    .map(({ path, message }) => ({ path: path.slice(Math.max(0, path.lastIndexOf('node_modules/'))), message }))
}

export function describeFaults(faults: readonly Fault[]): string {
  if (faults.length === 0) return 'the bundler failed'
  return faults.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('\n')
}

function toFault({ text, location, detail }: Message, folder: string, roots: readonly string[] | undefined): Fault {
  if (!location) return { path: '', message: explain(text) }
  const { file, line, column } = location
  const real = findRealPath(resolve(folder, file))
  if (roots && real !== undefined && !isWithin(real, roots)) {
    // The bundler's message can quote the file.
    return { path: '', message: `${file} resolves to a file outside the package, so its error is not shown` }
  }
  const path = `${file.replace(/^<(.*)>$/, '$1')}:${line}:${column + 1}`
  const isOutside = roots && leadsOutside(text, dirname(resolve(folder, file)), roots)
  if (isOutside || detail === FOLLOWS_IMPORT) return { path, message: `${readTextAt(location)} ${isOutside ? OUTSIDE : text}` }
  return { path, message: explain(text) }
}

/** Whether a path that was not found is outside the package: a confined process cannot find such a file. */
function leadsOutside(text: string, from: string, roots: readonly string[]): boolean {
  const name = parseUnresolvedName(text)
  return (/^\.{1,2}(\/|$)/.test(name) || isAbsolute(name)) && !isWithin(resolve(from, name), roots)
}

/** Returns the source text at a location. Columns count bytes. */
function readTextAt({ lineText, column, length }: Location): string {
  const text = Buffer.from(lineText)
    .subarray(column, column + length)
    .toString()
  return text === '' ? 'the import' : text.slice(0, 200)
}

/** The start of the bundler's message about a name that it cannot resolve. */
function explain(text: string): string {
  const name = parseUnresolvedName(text)
  if (name === '') return text
  if (name.startsWith('#')) return text
  if (/^[./]/.test(name)) return `${text}: the file does not exist, or is a link to a file outside the package`
  return `Could not resolve "${name}": it is not installed, or package.json does not declare it; add it to "dependencies"`
}

function parseUnresolvedName(text: string): string {
  return /^Could not resolve "([^"]+)"/.exec(text)?.[1] ?? ''
}
