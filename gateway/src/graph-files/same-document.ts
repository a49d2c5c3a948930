import { isEqual } from '@ashlar/core'

// A document is saved with every default written out, see `documentSchema` of core. These are those defaults, so that a
// file that leaves them out is recognized; a test saves a document without them to see that none has been forgotten.
const DOCUMENT = { links: [], onUnhandledError: 'FAIL', concurrency: 16, budget: 10_000 }
const NODE = { inputs: {} }
const RETRY = { backoffMs: 1000, jitter: 0.2 }

/** Whether saving `document` would make what has been saved as `saved`. */
export function isSameDocument(document: Record<string, unknown>, saved: object): boolean {
  return isEqual(withDefaults(document), saved)
}

function withDefaults(document: Record<string, unknown>): object {
  const { nodes } = document
  return { ...DOCUMENT, ...document, nodes: Array.isArray(nodes) ? nodes.map(nodeWithDefaults) : nodes }
}

function nodeWithDefaults(node: unknown): unknown {
  if (!isObject(node)) return node
  return { ...NODE, ...node, ...(isObject(node.retry) && { retry: { ...RETRY, ...node.retry } }) }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
