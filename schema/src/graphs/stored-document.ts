import { AshlarError, showValue, type Fault, type GraphDocument } from '@ashlar/core'

type Given<T> = T | null | undefined

/** A graph document as the API receives it. Null counts as not given. */
interface DocumentInput {
  nodes?: Given<readonly NodeInput[]>
  links?: Given<readonly { from: string; to: string }[]>
  settings?: Given<{
    onUnhandledError?: Given<GraphDocument['onUnhandledError']>
    concurrency?: Given<number>
    budget?: Given<number>
  }>
  /** The stored form, instead of the other fields. */
  json?: unknown
}

interface NodeInput {
  id: string
  block: string
  inputs?: unknown
  title?: Given<string>
  position?: Given<{ x: number; y: number }>
  timeoutMs?: Given<number>
  retry?: Given<{ attempts: number; backoffMs?: Given<number>; jitter?: Given<number> }>
  credentials?: Given<readonly NodeCredential[]>
}

/** The credential that a node uses for a provider. */
export interface NodeCredential {
  /** Qualified name. */
  provider: string
  /** The name of the credential. */
  name: string
}

/**
 * Converts a document to the form in which core stores it, which core then validates.
 *
 * @throws {AshlarError} BAD_INPUT when `json` and other fields are given, or a node has two credentials for a provider
 */
export function toStoredDocument({ json, ...typed }: DocumentInput): unknown {
  const { nodes, links, settings } = withoutNulls(typed)
  if (json === undefined || json === null)
    return { ...(nodes && { nodes: nodes.map(toStoredNode) }), ...(links && { links }), ...withoutNulls(settings ?? {}) }
  const [field] = Object.keys(withoutNulls(typed))
  if (field === undefined) return json
  throw invalid(['document'], `document must have either "json" or the other fields, got "json" and "${field}"`)
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

/** Moves the faults of settings from their places in the stored form to those in the typed form, if that was given. */
export function toInputFaults({ json }: DocumentInput, faults: readonly Fault[]): Fault[] {
  if (json !== undefined && json !== null) return [...faults]
  return faults.map(({ path, message }) => ({ path: SETTINGS.has(path) ? `settings.${path}` : path, message }))
}

const SETTINGS = new Set(['onUnhandledError', 'concurrency', 'budget'])

/** The credentials of a stored node, as a list. Undefined if the node names none. */
export function listNodeCredentials({ credentials }: GraphDocument['nodes'][number]): NodeCredential[] | undefined {
  return credentials && Object.entries(credentials).map(([provider, name]) => ({ provider, name }))
}

function toStoredNode({ credentials, retry, ...node }: NodeInput): object {
  return {
    ...withoutNulls(node),
    ...(retry && { retry: withoutNulls(retry) }),
    ...(credentials && { credentials: toStoredCredentials(node.id, credentials) }),
  }
}

function toStoredCredentials(nodeId: string, credentials: readonly NodeCredential[]): Record<string, string> {
  const byProvider = new Map<string, string>()
  for (const { provider, name } of credentials) {
    if (byProvider.has(provider)) {
      const message = `node ${showValue(nodeId)} must have one credential for each provider, got two for ${showValue(provider)}`
      throw invalid(['document', 'nodes', nodeId, 'credentials'], message)
    }
    byProvider.set(provider, name)
  }
  return Object.fromEntries(byProvider)
}

function withoutNulls<T extends object>(fields: T): { [Key in keyof T]?: NonNullable<T[Key]> } {
  const given = Object.entries(fields).filter(([, value]) => value !== null && value !== undefined)
  return Object.fromEntries(given) as { [Key in keyof T]?: NonNullable<T[Key]> }
}

function invalid(path: string[], message: string): AshlarError {
  return new AshlarError('BAD_INPUT', message, { details: { path } })
}
