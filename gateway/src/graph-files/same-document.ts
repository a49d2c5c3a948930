import { isEqual } from '@ashlar/core'

// Core saves a document with all its defaults, see `documentSchema`. This is a copy of the defaults, used to recognize
// a file that omits them. A test saves such a document to check that the copy is complete.
const DOCUMENT = { links: [], onUnhandledError: 'FAIL', concurrency: 16, budget: 10_000 }
const NODE = { inputs: {} }
const RETRY = { backoffMs: 1000, jitter: 0.2 }

/** Whether saving `document` would store `saved`. */
export function isSameDocument(document: Record<string, unknown>, saved: object): boolean {
  return isEqual(withDefaults(document), saved)
}

function withDefaults(document: Record<string, unknown>): object {
  const { nodes } = document
  return { ...DOCUMENT, ...document, nodes: Array.isArray(nodes) ? nodes.map(withNodeDefaults) : nodes }
}

function withNodeDefaults(node: unknown): unknown {
  if (!isObject(node)) return node
  return { ...NODE, ...node, ...(isObject(node.retry) && { retry: { ...RETRY, ...node.retry } }) }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
