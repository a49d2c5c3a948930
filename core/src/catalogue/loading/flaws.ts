import type { z } from 'zod'
import { AshlarError, describeIssue, showValue, valueAt, type ErrorCode, type ErrorDetails } from '../../base/index.ts'
import { isTooDeep, MAX_NESTING } from '../../pins/index.ts'

/** What is wrong with one part of a plugin. */
export interface Flaw {
  message: string
  /** Texts of the bundle, each behind the one before it: as many of them as are there lead to the place. */
  at: readonly string[]
}

/** A plugin that is refused for what it declares; `atSource` tells where. */
export class PluginFlawed extends AshlarError {
  readonly flaws: readonly Flaw[]

  constructor(code: ErrorCode, flaws: readonly Flaw[], details: ErrorDetails = {}) {
    super(code, flaws.map(({ message }) => message).join('\n'), { details })
    this.flaws = flaws
  }
}

const MOST_TOLD = 10

/** @param manifest as the plugin's code gave it */
export function flawedManifest({ issues }: z.ZodError, manifest: unknown): PluginFlawed {
  const flaws = issues.slice(0, MOST_TOLD).map((issue) => {
    const value = valueAt(manifest, issue.path)
    const { part, at, keys } = partOf(issue.path, manifest)
    const place = keys.length > 0 ? `${keys.join('.')}: ` : ''
    // The text of a key that is missing would lead to another block.
    const known = value === undefined ? at.slice(0, -1) : at
    return { message: `its manifest is not valid: ${part}${place}${describeIssue(issue, value)}`, at: known }
  })
  return new PluginFlawed('PLUGIN_INVALID', flaws)
}

/**
 * Finds a manifest that cannot be checked because it is nested too deep: the checks and `JSON.stringify` are recursive.
 *
 * @returns undefined when the nesting is within the limit
 */
export function tooDeepManifest(manifest: unknown): PluginFlawed | undefined {
  if (!isTooDeep(manifest)) return undefined
  const { part, at, keys } = partOf(pathOfDeepest(manifest), manifest)
  const message = `its manifest is not valid: ${part}${keys.join('.') || 'it'} is nested more than ${MAX_NESTING} levels deep`
  return new PluginFlawed('PLUGIN_INVALID', [{ message, at }])
}

/** The longest path within {@link PATH_LENGTH} whose value is still too deep. */
function pathOfDeepest(manifest: unknown): PropertyKey[] {
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

/** The block or provider that a path leads into, as its author knows it, and the keys that lead on from there. */
function partOf(path: readonly PropertyKey[], manifest: unknown): { part: string; at: string[]; keys: string[] } {
  const [list, index, ...rest] = path
  const what = list === 'blocks' ? 'block' : list === 'providers' ? 'provider' : undefined
  if (what === undefined || typeof index !== 'number') return { part: '', ...keysOf(path) }
  const { id, name } = Object(valueAt(manifest, [list ?? '', index])) as { id?: unknown; name?: unknown }
  if (name === undefined || isTooDeep(name)) return { part: `${what} ${index}: `, ...keysOf(rest) }
  const known = typeof id === 'string' && id !== '' ? JSON.stringify(id) : `name: ${JSON.stringify(name)}`
  const { at, keys } = keysOf(rest)
  return { part: `${what} ${showValue(name)}: `, at: [known, ...at], keys }
}

function keysOf(path: readonly PropertyKey[]): { at: string[]; keys: string[] } {
  const keys = path.map((key) => SOURCE_KEYS[String(key)] ?? String(key))
  return { keys, at: keys.filter((_, i) => typeof path[i] === 'string').map((key) => `${key}: `) }
}

/** How a key of the manifest reads in a definition, where that differs. */
const SOURCE_KEYS: Record<string, string> = { inputSchema: 'input', outputSchema: 'output' }
