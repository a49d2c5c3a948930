import { AshlarError, type Fault, type GraphDocument } from '@ashlar/core'

type Given<T> = T | null | undefined

/** A graph document as the API receives it. Null counts as not given. */
interface DocumentInput extends SettingsInput {
  nodes?: Given<readonly NodeInput[]>
  links?: Given<readonly LinkInput[]>
  settings?: Given<SettingsInput>
  /** The stored form, instead of the other fields. */
  json?: unknown
}

interface SettingsInput {
  onUnhandledError?: Given<GraphDocument['onUnhandledError']>
  concurrency?: Given<number>
  pairing?: Given<GraphDocument['pairing']>
  budget?: Given<number>
  origin?: Given<NonNullable<GraphDocument['origin']>>
}

interface NodeInput {
  id?: Given<string>
  nodeId?: Given<string>
  block: string
  inputs?: unknown
  title?: Given<string>
  position?: Given<{ x: number; y: number }>
  timeoutMs?: Given<number>
  retry?: Given<{ attempts: number; backoffMs?: Given<number>; jitter?: Given<number> }>
  credentials?: unknown
  loop?: Given<{
    concurrency?: Given<number>
    ratePerSecond?: Given<number>
    window?: Given<number>
    budget?: Given<number>
  }>
  scope?: Given<string>
}

interface LinkInput {
  from: string
  to: string
  carry?: Given<boolean>
}

/**
 * Converts a document to the form in which core stores it, which core then validates.
 *
 * @throws {AshlarError} BAD_INPUT when `json` and other fields are given, or a setting or the key of a node is given
 *   twice
 */
export function toStoredDocument({ json, ...typed }: DocumentInput): unknown {
  const { settings = {}, nodes, links, ...others } = withoutNulls(typed)
  if (json === undefined || json === null) {
    const twice = Object.keys(withoutNulls(settings)).find((name) => name in others)
    if (twice !== undefined) throw invalid([twice], `document has "${twice}" and "settings.${twice}": set one of them`)
    return {
      ...(nodes && { nodes: nodes.map(toStoredNode) }),
      ...(links && { links: links.map(toStoredLink) }),
      ...others,
      ...withoutNulls(settings),
    }
  }
  const [field] = Object.keys(withoutNulls(typed))
  if (field === undefined) return json
  throw invalid([], `document must have either "json" or the other fields, got "json" and "${field}"`)
}

/**
 * Passes the stored form of a document to core. The errors of core have places in the stored form; those of settings
 * are moved to their places in the typed form.
 *
 * @throws {AshlarError} as `toStoredDocument` and `save`
 */
export async function saveDocument<T>(input: DocumentInput, save: (document: unknown) => Promise<T>): Promise<T> {
  try {
    return await save(toStoredDocument(input))
  } catch (error) {
    if (!(error instanceof AshlarError) || !error.details.faults) throw error
    const details = { ...error.details, faults: toInputFaults(input, error.details.faults) }
    throw new AshlarError(error.code, error.message, { details, cause: error })
  }
}

/** Moves the faults of settings from their places in the stored form to those in the typed form, if they are there. */
export function toInputFaults({ settings }: DocumentInput, faults: readonly Fault[]): Fault[] {
  const moved = new Set(Object.keys(settings ?? {}))
  return faults.map(({ path, message }) => ({ path: moved.has(path) ? `settings.${path}` : path, message }))
}

function toStoredNode({ id, nodeId, retry, loop, ...node }: NodeInput, index: number): object {
  if (id != null && nodeId != null) throw invalid(['nodes', `${index}`], `a node has one key: set "id" or "nodeId", got both`)
  return {
    ...withoutNulls({ id: id ?? nodeId, ...node }),
    ...(retry && { retry: withoutNulls(retry) }),
    ...(loop && { loop: withoutNulls(loop) }),
  }
}

/** The stored form has `carry` only if it is true. */
function toStoredLink({ from, to, carry }: LinkInput): object {
  return { from, to, ...(carry && { carry }) }
}

function withoutNulls<T extends object>(fields: T): { [Key in keyof T]?: NonNullable<T[Key]> } {
  const given = Object.entries(fields).filter(([, value]) => value !== null && value !== undefined)
  return Object.fromEntries(given) as { [Key in keyof T]?: NonNullable<T[Key]> }
}

function invalid(path: string[], message: string): AshlarError {
  return new AshlarError('BAD_INPUT', message, { details: { path: ['document', ...path] } })
}
