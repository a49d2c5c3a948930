import type { Lineage, Link, Node, Opener, Scope, Tag, Token } from './entities.ts'
import { isCaught, linksTo, markersOf } from './graph.ts'
import { compareScopes, compareTags, compareTokens } from './order.ts'
import type { Paths } from './paths.ts'
import type { State } from './state.ts'
import { commonNotes, extend, isInside, prefixes } from './tags.ts'

/** What a node knows about the scopes that it closes. */
export interface LoopFacts {
  iterations: number
  /** Iterations that delivered nothing to any collect pin of the node. */
  dropped: number
  /** The message of the first producer that failed. */
  failure: string | null
}

/** Rule 27: one list for each outer tag, over all scopes that the closed opener has opened there. */
export function gatherLists(node: Node, paths: Paths, state: State, focus: Tag): Map<string, Token[]> {
  const lists = new Map<string, Token[]>()
  for (const pin of node.pins) {
    if (!markersOf(node, pin).collect) continue
    const [link] = linksTo(node, pin)
    const opener = link && paths.closedBy(link)
    const scopes = [...state.scopes.values()].filter(
      (scope) => scope.opener === opener && (isInside(scope.parent, focus) || isInside(focus, scope.parent)),
    )
    const byTag = Map.groupBy(scopes, ({ parent }) => parent.key)
    lists.set(
      pin,
      [...byTag.values()].flatMap((same) => toList(node, pin, same, paths, state)),
    )
  }
  return lists
}

function toList(node: Node, pin: string, scopes: readonly Scope[], paths: Paths, state: State): Token[] {
  const [first] = scopes
  if (!first) return []
  const value = itemsOf(node, pin, scopes, state).map((item) => item.value)
  const lineage = commonNotes(scopes.map((scope) => lineageOf(scope, paths, state)))
  return [{ tag: first.parent, lineage, value, link: undefined, from: undefined }]
}

/** The values of a pin inside of the scopes, in the order of a list. */
function itemsOf(node: Node, pin: string, scopes: readonly Scope[], state: State): Token[] {
  const inside = state.tokensAt(node, pin).filter(({ tag }) => tag.steps.some(({ scope }) => scopes.includes(scope)))
  return inside.toSorted(compareTokens)
}

/** @param lists what each collect pin takes */
export function factsOf(node: Node, lists: ReadonlyMap<string, Token>, paths: Paths, state: State): LoopFacts {
  const iterations = new Map<string, boolean>()
  const failed: Scope[] = []
  for (const [pin, list] of lists) {
    const closings = linksTo(node, pin).map((link) => closedOpeners(link, paths))
    const all = [...state.scopes.values()]
    const outer = all.filter(({ opener, parent }) => opener === closings[0]?.[0] && parent.key === list.tag.key)
    const isInner = ({ opener, parent }: Scope): boolean =>
      closings.some((openers) => openers.includes(opener)) && parent.steps.some(({ scope }) => outer.includes(scope))
    const closed = all.filter((scope) => outer.includes(scope) || isInner(scope))
    failed.push(...closed.filter(({ failure }) => failure !== undefined))
    const items = closed.filter(({ opener }) => closings.some((openers) => openers.at(-1) === opener)).flatMap(iterationsOf)
    for (const item of items) iterations.set(item, iterations.get(item) ?? false)
    for (const { tag } of itemsOf(node, pin, outer, state)) {
      const item = prefixes(tag).find(({ key }) => items.includes(key))
      if (item) iterations.set(item.key, true)
    }
  }
  const dropped = [...iterations.values()].filter((hasArrived) => !hasArrived).length
  const [first] = failed.toSorted((a, b) => compareTags(a.parent, b.parent) || compareScopes(a, b))
  return { iterations: iterations.size, dropped, failure: first?.failure ?? null }
}

function iterationsOf(scope: Scope): string[] {
  if (scope.opener.type === 'CYCLE') return [...scope.turns]
  return Array.from({ length: scope.iterations }, (_, k) => extend(scope.parent, scope, k).key)
}

/** From the outermost to the innermost that a link closes. */
function closedOpeners(link: Link, paths: Paths): Opener[] {
  const opener = paths.closedBy(link)
  if (!opener) return []
  const path = paths.ofLink(link).toSorted((a, b) => b.length - a.length)[0] ?? []
  return path.slice(path.indexOf(opener), isCaught(link) ? path.indexOf(link.source.loop) + 1 : path.length)
}

function lineageOf(scope: Scope, { cycles }: Paths, state: State): Lineage {
  const cycle = cycles.find(({ opener }) => opener === scope.opener)
  if (!cycle) return scope.lineage
  const entered = [...cycle.enters].flatMap((link) =>
    state.tokensAt(link.sink, link.sinkPin).filter((token) => token.link === link && token.tag.steps.at(-1)?.scope === scope),
  )
  return commonNotes(entered.map(({ lineage }) => lineage))
}
