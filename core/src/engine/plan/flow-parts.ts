import { isSamePath, type Flow, type FlowLink, type ScopePath } from '../graph/index.ts'
import type { Collections, PinFlow, PlanNode } from './plan.ts'

export function createPin(node: PlanNode, { sinkPin, sinkBase }: FlowLink): PinFlow {
  const { optionalPins, latestPins, collectPins } = node.block
  return {
    name: sinkPin,
    node,
    links: [],
    depths: [],
    broadcastDepth: -1,
    isOptional: optionalPins.has(sinkBase),
    isLatest: latestPins.has(sinkBase),
    isCollect: collectPins.has(sinkBase),
    carry: undefined,
  }
}

export function noCollections(): Collections {
  return { begun: [], counted: [], closing: [] }
}

export function addOnce<Item>(list: Item[], item: Item): void {
  if (list.at(-1) !== item) list.push(item)
}

/** Whether several of the links to a pin may bring values with the same tag. */
export function mayMeet(links: readonly FlowLink[], flow: Pick<Flow, 'links' | 'backs'>): boolean {
  const seen: ScopePath[] = []
  let hasBack = false
  for (const link of links.filter(({ carry }) => !carry)) {
    const isBack = flow.backs.has(link)
    const paths = isBack ? [] : (flow.links.get(link) ?? [])
    if ((isBack && hasBack) || paths.some((path) => seen.some((other) => isSamePath(path, other)))) return true
    seen.push(...paths)
    hasBack ||= isBack
  }
  return false
}

/** Whether no path contains all others. */
export function hasSeveralLoops(paths: readonly ScopePath[]): boolean {
  const longest = paths.toSorted((a, b) => b.length - a.length)[0] ?? []
  return !paths.every((path) => path.every((scope, i) => longest[i] === scope))
}

export function depthsOf(paths: readonly (readonly unknown[])[] | undefined): number[] {
  return [...new Set(paths?.map(({ length }) => length))]
}

export function append<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = lists.get(key)
  if (list) list.push(value)
  else lists.set(key, [value])
}
