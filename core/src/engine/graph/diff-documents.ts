import { isEqual } from '@ashlar/sdk/json'
import type { GraphDocument, GraphNode } from './document.ts'

type GraphLink = GraphDocument['links'][number]
type Settings = Omit<GraphDocument, 'nodes' | 'links'>

/**
 * The differences between two documents. Nodes are matched by their ids. The order of nodes and links is not compared.
 */
export interface DocumentDiff {
  nodes: {
    /** In the order of the second document. */
    added: GraphNode[]
    /** In the order of the first document. */
    removed: GraphNode[]
    /** In the order of the second document. */
    changed: NodeChange[]
  }
  links: {
    /** In the order of the second document. */
    added: GraphLink[]
    /** In the order of the first document. */
    removed: GraphLink[]
    /** Links with the same ends whose other fields differ, in the order of the second document. */
    changed: LinkChange[]
  }
  settings: SettingChange[]
}

/** A node that differs between two documents. */
export interface NodeChange {
  nodeId: string
  before: GraphNode
  after: GraphNode
  /** Only its position differs. */
  onlyMoved: boolean
  fields: FieldChange[]
}

/** A link that differs between two documents. Its ends are the same. */
export interface LinkChange {
  before: GraphLink
  after: GraphLink
}

type NodeField = 'BLOCK' | 'INPUT' | 'TITLE' | 'POSITION' | 'TIMEOUT' | 'RETRY' | 'CREDENTIAL' | 'LOOP' | 'SCOPE'

/** A field of a node that differs. */
export interface FieldChange {
  field: NodeField
  /** The input pin or the provider. Null for a field that a node has once. */
  key: string | null
  /** Undefined if the field is not set. */
  before: unknown
  after: unknown
}

/** A setting of the graph that differs. */
export interface SettingChange {
  setting: keyof Settings
  before: unknown
  after: unknown
}

/** Compares two documents. The differences lead from the first to the second. */
export function diffDocuments(a: GraphDocument, b: GraphDocument): DocumentDiff {
  const [before, after] = [byId(a), byId(b)]
  return {
    nodes: {
      added: b.nodes.filter(({ id }) => !before.has(id)),
      removed: a.nodes.filter(({ id }) => !after.has(id)),
      changed: b.nodes.flatMap((node) => diffNodes(before.get(node.id) ?? node, node) ?? []),
    },
    links: diffLinks(a.links, b.links),
    settings: SETTINGS.flatMap((setting) =>
      a[setting] === b[setting] ? [] : [{ setting, before: a[setting], after: b[setting] }],
    ),
  }
}

const SETTINGS = ['onUnhandledError', 'concurrency', 'pairing', 'budget', 'origin'] as const satisfies (keyof Settings)[]

function byId({ nodes }: GraphDocument): Map<string, GraphNode> {
  return new Map(nodes.map((node) => [node.id, node]))
}

function diffNodes(before: GraphNode, after: GraphNode): NodeChange | undefined {
  const fields = [
    ...diffField('BLOCK', before.block, after.block),
    ...diffKeys('INPUT', before.inputs, after.inputs),
    ...diffField('TITLE', before.title, after.title),
    ...diffField('TIMEOUT', before.timeoutMs, after.timeoutMs),
    ...diffField('RETRY', before.retry, after.retry),
    ...diffKeys('CREDENTIAL', before.credentials ?? {}, after.credentials ?? {}),
    ...diffField('LOOP', before.loop, after.loop),
    ...diffField('SCOPE', before.scope, after.scope),
    ...diffField('POSITION', before.position, after.position),
  ]
  if (fields.length === 0) return undefined
  return { nodeId: after.id, before, after, onlyMoved: fields.every(({ field }) => field === 'POSITION'), fields }
}

function diffField(field: NodeField, before: unknown, after: unknown, key: string | null = null): FieldChange[] {
  return isEqual(before, after) ? [] : [{ field, key, before, after }]
}

/** In the order of the keys in `after`, then those that only `before` has. */
function diffKeys(field: NodeField, before: Record<string, unknown>, after: Record<string, unknown>): FieldChange[] {
  const keys = new Set([...Object.keys(after), ...Object.keys(before)])
  return [...keys].flatMap((key) => diffField(field, own(before, key), own(after, key), key))
}

function own(record: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(record, key) ? record[key] : undefined
}

/** A document can contain a link more than once. Each occurrence is compared with at most one of the other document. */
function diffLinks(a: readonly GraphLink[], b: readonly GraphLink[]): DocumentDiff['links'] {
  const [before, after] = [withoutLinks(a, b, contentKey), withoutLinks(b, a, contentKey)]
  const [removed, added] = [withoutLinks(before, after, endsKey), withoutLinks(after, before, endsKey)]
  const changedBefore = Map.groupBy(withoutLinks(before, removed, contentKey), endsKey)
  const changed = withoutLinks(after, added, contentKey).flatMap((link) => {
    const previous = changedBefore.get(endsKey(link))?.shift()
    return previous ? [{ before: previous, after: link }] : []
  })
  return { added, removed, changed }
}

/** The links without one for each link of `others` with the same key, the first ones of a key first. */
function withoutLinks(
  links: readonly GraphLink[],
  others: readonly GraphLink[],
  toKey: (link: GraphLink) => string,
): GraphLink[] {
  const counts = new Map<string, number>()
  for (const link of others) counts.set(toKey(link), (counts.get(toKey(link)) ?? 0) + 1)
  return links.filter((link) => {
    const count = counts.get(toKey(link)) ?? 0
    counts.set(toKey(link), count - 1)
    return count <= 0
  })
}

function endsKey({ from, to }: GraphLink): string {
  return JSON.stringify([from, to])
}

function contentKey({ from, to, carry }: GraphLink): string {
  return JSON.stringify([from, to, carry === true])
}
