import type { z } from 'zod'
import { AshlarError, describeIssue, showValue, valueAt, type ErrorCode, type ErrorDetails } from '../../base/index.ts'
import { isTooDeep, MAX_NESTING } from '../../pins/index.ts'

/** A fault in one part of a plugin. */
export interface Flaw {
  message: string
  /** Texts to search for in the bundle, each after the previous one. The last that is found is the location. */
  at: readonly string[]
}

/** A plugin is rejected because of its manifest. `locateInSource` adds the location. */
export class InvalidPluginError extends AshlarError {
  readonly flaws: readonly Flaw[]

  constructor(code: ErrorCode, flaws: readonly Flaw[], details: ErrorDetails = {}) {
    super(code, flaws.map(({ message }) => message).join('\n'), { details })
    this.flaws = flaws
  }
}

const MAX_FLAWS = 10

/** @param manifest the value that the plugin's code returned */
export function toManifestError({ issues }: z.ZodError, manifest: unknown): InvalidPluginError {
  const flaws = issues.slice(0, MAX_FLAWS).map((issue) => {
    const value = valueAt(manifest, issue.path)
    const { part, at, keys } = locatePart(issue.path, manifest)
    const place = keys.length > 0 ? `${keys.join('.')}: ` : ''
    // A search for a missing key would find the key of another block.
    const known = value === undefined ? at.slice(0, -1) : at
    return { message: `its manifest is not valid: ${part}${place}${describeIssue(issue, value)}`, at: known }
  })
  return new InvalidPluginError('PLUGIN_INVALID', flaws)
}

/**
 * Rejects a manifest that is nested too deep to be checked: the checks and `JSON.stringify` are recursive.
 *
 * @returns undefined when the nesting is within the limit
 */
export function findNestingError(manifest: unknown): InvalidPluginError | undefined {
  if (!isTooDeep(manifest)) return undefined
  const { part, at, keys } = locatePart(findDeepestPath(manifest), manifest)
  const message = `its manifest is not valid: ${part}${keys.join('.') || 'it'} is nested more than ${MAX_NESTING} levels deep`
  return new InvalidPluginError('PLUGIN_INVALID', [{ message, at }])
}

/** The longest path within {@link PATH_LENGTH} whose value is still too deep. */
function findDeepestPath(manifest: unknown): PropertyKey[] {
  const path: PropertyKey[] = []
  for (let value = manifest; path.length < PATH_LENGTH;) {
    const entry = Object.entries(Object(value) as object).find(([, inner]) => isTooDeep(inner))
    if (!entry) break
    path.push(Array.isArray(value) ? Number(entry[0]) : entry[0])
    value = entry[1]
  }
  return path
}

/** The field of a block: `blocks`, its index, the name of the field. */
const PATH_LENGTH = 3

/** Splits a path into the block or provider, as its author names it, and the remaining keys. */
function locatePart(path: readonly PropertyKey[], manifest: unknown): { part: string; at: string[]; keys: string[] } {
  const [list, index, ...rest] = path
  const what = list === 'blocks' ? 'block' : list === 'providers' ? 'provider' : undefined
  if (what === undefined || typeof index !== 'number') return { part: '', ...toSourceKeys(path) }
  const { id, name } = Object(valueAt(manifest, [list ?? '', index])) as { id?: unknown; name?: unknown }
  if (name === undefined || isTooDeep(name)) return { part: `${what} ${index}: `, ...toSourceKeys(rest) }
  const known = typeof id === 'string' && id !== '' ? JSON.stringify(id) : `name: ${JSON.stringify(name)}`
  const { at, keys } = toSourceKeys(rest)
  return { part: `${what} ${showValue(name)}: `, at: [known, ...at], keys }
}

function toSourceKeys(path: readonly PropertyKey[]): { at: string[]; keys: string[] } {
  const keys = path.map((key) => SOURCE_KEYS[String(key)] ?? String(key))
  return { keys, at: keys.filter((_, i) => typeof path[i] === 'string').map((key) => `${key}: `) }
}

/** Keys of the manifest that have another name in a definition. */
const SOURCE_KEYS: Record<string, string> = { inputSchema: 'input', outputSchema: 'output' }
