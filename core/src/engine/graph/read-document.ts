import { describeIssue, valueAt, type Fault } from '../../base/index.ts'
import { documentSchema, isLinkEnd, nodeSchema, type GraphDocument, type GraphNode } from './document.ts'

/** A value that is meant to be a graph document, as far as it has the form of one. */
export interface ReadDocument {
  /** Undefined when there are faults. */
  document: GraphDocument | undefined
  nodes: ReadNode[]
  links: ReadLink[]
  /** The faults of the form, each with its path: `nodes.greet.timeoutMs`, `links.2.from`. */
  faults: Fault[]
}

export interface ReadNode {
  /** `nodes.<id>`; `nodes.<index>` where there is no id, or where a node before it has the same one. */
  path: string
  /** Undefined when it is malformed. */
  id: string | undefined
  /** Undefined when a part is malformed without which the rest cannot be checked. Other malformed parts are left out. */
  node: GraphNode | undefined
}

/** An end is undefined when it is malformed. */
export interface ReadLink {
  path: string
  from: string | undefined
  to: string | undefined
}

/** Reads as much of a document as has the form of one, so that all its faults can be found at once. */
export function readDocument(value: unknown): ReadDocument {
  const parsed = documentSchema.safeParse(value)
  if (parsed.success) {
    const { nodes, links } = parsed.data
    const paths = pathsOf(nodes)
    return {
      document: parsed.data,
      nodes: nodes.map((node, i) => ({ path: paths[i] ?? '', id: node.id, node })),
      links: links.map((link, i) => ({ path: `links.${i}`, ...link })),
      faults: [],
    }
  }
  const { issues } = parsed.error
  const [nodes, links] = [listAt(value, 'nodes'), listAt(value, 'links')]
  const paths = pathsOf(nodes)
  const malformed = malformedFields(issues)
  return {
    document: undefined,
    nodes: nodes.map((node, i) => readNode(node, paths[i] ?? '', malformed.get(i) ?? new Set())),
    links: links.map((link, i) => ({ path: `links.${i}`, from: endOf(link, 'from'), to: endOf(link, 'to') })),
    faults: issues.map((issue) => ({
      path: faultPath(issue.path, paths),
      message: describeIssue(issue, valueAt(value, issue.path)),
    })),
  }
}

type Issues = NonNullable<ReturnType<typeof documentSchema.safeParse>['error']>['issues']

function listAt(value: unknown, key: string): unknown[] {
  const list = valueAt(value, [key])
  return Array.isArray(list) ? list : []
}

function pathsOf(nodes: readonly unknown[]): string[] {
  const seen = new Set<string>()
  return nodes.map((node, i) => {
    const { id } = Object(node) as { id?: unknown }
    if (typeof id !== 'string' || id === '' || seen.has(id)) return `nodes.${i}`
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

/** The fields of each node that have a fault, by the index of the node. */
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

/** The fields without which a node cannot be checked. */
const ESSENTIAL = ['id', 'block', 'inputs']

function readNode(value: unknown, path: string, malformed: ReadonlySet<PropertyKey>): ReadNode {
  const { id } = Object(value) as { id?: unknown }
  const known = typeof id === 'string' && !malformed.has('id') ? id : undefined
  if (typeof value !== 'object' || value === null || ESSENTIAL.some((field) => malformed.has(field)))
    return { path, id: known, node: undefined }
  const wellFormed = Object.fromEntries(Object.entries(value).filter(([field]) => !malformed.has(field)))
  return { path, id: known, node: nodeSchema.safeParse(wellFormed).data }
}

function endOf(link: unknown, side: 'from' | 'to'): string | undefined {
  const end = valueAt(link, [side])
  return isLinkEnd(end) ? end : undefined
}
