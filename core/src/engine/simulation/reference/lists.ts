import { linksTo, markersOf, type Node } from './graph.ts'
import { compareTags, compareTokens } from './order.ts'
import type { Paths } from './paths.ts'
import type { State, Token } from './state.ts'
import { commonNotes, isWithin, type Lineage, type Opener, type Scope, type Tag } from './tags.ts'

/** What a node knows about the scopes that it closes. */
export interface LoopFacts {
  iterations: number
  /** Iterations that delivered nothing to any collect pin of the node. */
  dropped: number
  /** The message of the first producer that failed. */
  failure: string | null
}

/** Rule 29: one list for each scope that a collect pin closes, with the tag and the lineage of what opened the scope. */
export function gatherLists(node: Node, paths: Paths, state: State, focus: Tag): Map<string, Token[]> {
  const lists = new Map<string, Token[]>()
  for (const pin of node.pins) {
    if (!markersOf(node, pin).collect) continue
    const opener = closedOpener(node, pin, paths)
    const scopes = [...state.scopes.values()].filter((scope) => scope.opener === opener && isWithin(scope.parent, focus))
    const closed = scopes.filter(
      ({ parent }) => !parent.steps.some(({ scope }) => scope.opener === opener) || focus.steps.length > 0,
    )
    lists.set(
      pin,
      closed.map((scope) => ({
        tag: scope.parent,
        lineage: lineageOf(scope, paths, state),
        value: itemsOf(node, pin, scope, state, focus).map(({ value }) => value),
        link: undefined,
        from: scope.producer,
      })),
    )
  }
  return lists
}

/** The values of a pin inside of a scope, in the order of a list. */
function itemsOf(node: Node, pin: string, scope: Scope, state: State, focus: Tag): Token[] {
  const inside = state
    .tokensAt(node, pin)
    .filter(({ tag }) => tag.steps.some((step) => step.scope === scope) && isWithin(tag, focus))
  return inside.toSorted(compareTokens)
}

/** @param closed the scope whose list each collect pin takes */
export function factsOf(node: Node, closed: ReadonlyMap<string, Scope>, paths: Paths, state: State, focus: Tag): LoopFacts {
  const iterations = new Map<string, boolean>()
  const failed: Scope[] = []
  for (const [pin, scope] of closed) {
    const inner = innermostOpener(node, pin, paths) ?? scope.opener
    const isClosed = (each: Scope): boolean => each === scope || each.parent.steps.some((step) => step.scope === scope)
    const path = paths.ofLink(linksTo(node, pin)[0] ?? missing(pin)).toSorted((a, b) => b.length - a.length)[0] ?? []
    const openers = path.slice(path.indexOf(scope.opener), path.indexOf(inner) + 1)
    const scopes = [...state.scopes.values()].filter((each) => isClosed(each) && isWithin(each.parent, focus))
    failed.push(...scopes.filter((each) => each.failure !== undefined && openers.includes(each.opener)))
    const reached = new Set(
      itemsOf(node, pin, scope, state, focus).flatMap(({ tag }) => tag.steps.map((step) => `${idOf(step.scope)}[${step.k}]`)),
    )
    for (const each of scopes.filter(({ opener }) => opener === inner))
      for (let k = 0; k < each.iterations; k++) {
        const key = `${idOf(each)}[${k}]`
        iterations.set(key, iterations.get(key) === true || reached.has(key))
      }
  }
  const dropped = [...iterations.values()].filter((hasArrived) => !hasArrived).length
  const [first] = failed.toSorted((a, b) => compareTags(a.parent, b.parent))
  return { iterations: iterations.size, dropped, failure: first?.failure ?? null }
}

/** The scope that a pin's opener opened with this list. */
export function closedScope(node: Node, pin: string, list: Token, paths: Paths, state: State): Scope | undefined {
  const opener = closedOpener(node, pin, paths)
  return [...state.scopes.values()].find(
    (scope) => scope.opener === opener && scope.parent.key === list.tag.key && scope.producer === list.from,
  )
}

export function closedOpener(node: Node, pin: string, paths: Paths): Opener | undefined {
  return linksTo(node, pin)
    .map((link) => paths.closedBy(link))
    .find((opener) => opener !== undefined)
}

function innermostOpener(node: Node, pin: string, paths: Paths): Opener | undefined {
  const [link] = linksTo(node, pin)
  if (!link) return undefined
  if (link.source.block.outputs?.[link.sourcePin]?.caught) return link.source.loop
  return paths
    .ofLink(link)
    .toSorted((a, b) => b.length - a.length)[0]
    ?.at(-1)
}

function lineageOf(scope: Scope, { cycles }: Paths, state: State): Lineage {
  const cycle = cycles.find(({ opener }) => opener === scope.opener)
  if (!cycle) return scope.lineage
  const entered = [...cycle.enters].flatMap((link) =>
    state.tokensAt(link.sink, link.sinkPin).filter((token) => token.link === link && token.tag.steps.at(-1)?.scope === scope),
  )
  return commonNotes(entered.map(({ lineage }) => lineage))
}

function idOf({ parent, key }: Scope): string {
  return `${parent.key}/${key}`
}

function missing(pin: string): never {
  throw new Error(`no link leads to ${pin}`)
}
