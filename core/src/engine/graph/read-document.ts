import { describeIssue, valueAt, type Fault } from '../../base/index.ts'
import { documentSchema, isLinkEnd, nodeSchema, type GraphDocument, type GraphNode } from './document.ts'

/** The well-formed parts of a value that is meant to be a graph document. */
export interface ReadDocument {
  /** Undefined when there are faults. */
  document: GraphDocument | undefined
  nodes: ReadNode[]
  links: ReadLink[]
  /** The faults of the form, each with its path: `nodes.greet.timeoutMs`, `links.2.from`. */
  faults: Fault[]
}

export interface ReadNode {
  /** `nodes.<id>`; `nodes.<index>` if the node has no valid id, or a previous node has the same id. */
  path: string
  /** Undefined when it is malformed. */
  id: string | undefined
  /** Undefined if a malformed part makes it impossible to check the rest. Other malformed parts are left out. */
  node: GraphNode | undefined
}

/** An end is undefined when it is malformed. */
export interface ReadLink {
  path: string
  from: string | undefined
  to: string | undefined
}

/** Reads the well-formed parts of a document, so that all its faults can be reported together. */
export function readDocument(value: unknown): ReadDocument {
  const parsed = documentSchema.safeParse(value)
  if (parsed.success) return toRead(parsed.data)
  const { issues } = parsed.error
  const [nodes, links] = [listAt(value, 'nodes'), listAt(value, 'links')]
  const paths = nodePaths(nodes)
  const malformed = malformedFields(issues)
  return {
    document: undefined,
    nodes: nodes.map((node, i) => readNode(node, paths[i] ?? '', malformed.get(i) ?? new Set())),
    links: links.map((link, i) => ({ path: `links.${i}`, from: readEnd(link, 'from'), to: readEnd(link, 'to') })),
    faults: issues.map((issue) => ({
      path: faultPath(issue.path, paths),
      message: describeIssue(issue, valueAt(value, issue.path)),
    })),
  }
}

/** A document without faults of its form. */
export function toRead(document: GraphDocument): ReadDocument {
  const { nodes, links } = document
  const paths = nodePaths(nodes)
  return {
    document,
    nodes: nodes.map((node, i) => ({ path: paths[i] ?? '', id: node.id, node })),
    links: links.map((link, i) => ({ path: `links.${i}`, ...link })),
    faults: [],
  }
}

type Issues = NonNullable<ReturnType<typeof documentSchema.safeParse>['error']>['issues']

function listAt(value: unknown, key: string): unknown[] {
  const list = valueAt(value, [key])
  return Array.isArray(list) ? list : []
}

function nodePaths(nodes: readonly unknown[]): string[] {
  const seen = new Set<string>()
  return nodes.map((node, i) => {
    const { id } = Object(node) as { id?: unknown }
    if (typeof id !== 'string' || id === '' || id.includes('.') || seen.has(id)) return `nodes.${i}`
    seen.add(id)
    return `nodes.${id}`
  })
}

function faultPath([list, index, ...rest]: readonly PropertyKey[], paths: readonly string[]): string {
  const node = list === 'nodes' && typeof index === 'number' ? paths[index] : undefined
  const path = node === undefined ? [list, index, ...rest] : [node, ...rest]
  return path
    .filter((key) => key !== undefined)
    .map(String)
    .join('.')
}

/** The malformed fields of each node, by the index of the node. */
function malformedFields(issues: Issues): Map<number, Set<PropertyKey>> {
  const malformed = new Map<number, Set<PropertyKey>>()
  for (const issue of issues) {
    const [list, index, field] = issue.path
    if (list !== 'nodes' || typeof index !== 'number') continue
    const fields = malformed.get(index) ?? new Set()
    malformed.set(index, fields)
    if (field !== undefined) fields.add(field)
    else if (issue.code === 'unrecognized_keys') for (const key of issue.keys) fields.add(key)
  }
  return malformed
}

/** A node cannot be checked without these fields. */
const ESSENTIAL = ['id', 'block', 'inputs']

function readNode(value: unknown, path: string, malformed: ReadonlySet<PropertyKey>): ReadNode {
  const { id } = Object(value) as { id?: unknown }
  const known = typeof id === 'string' && !malformed.has('id') ? id : undefined
  if (typeof value !== 'object' || value === null || ESSENTIAL.some((field) => malformed.has(field)))
    return { path, id: known, node: undefined }
  const wellFormed = Object.fromEntries(Object.entries(value).filter(([field]) => !malformed.has(field)))
  return { path, id: known, node: nodeSchema.safeParse(wellFormed).data }
}

function readEnd(link: unknown, side: 'from' | 'to'): string | undefined {
  const end = valueAt(link, [side])
  return isLinkEnd(end) ? end : undefined
}
