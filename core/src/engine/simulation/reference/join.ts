import type { Lineage, Link, Node, Tag, Token } from './entities.ts'
import { linksTo, markersOf } from './graph.ts'
import { isSamePath, pathOf, type Paths } from './paths.ts'
import type { State } from './state.ts'
import { agree, isInside, mergeLineages, prefixes, turnsBefore } from './tags.ts'

/** What a node can take at one tag. */
export interface Candidates {
  /** By pin, in the order of the pins. */
  byPin: Map<string, readonly Token[]>
  /** Pins that no value reached. */
  dead: string[]
}

/** One value for each pin. */
export interface Combination {
  taken: Map<string, Token>
  lineage: Lineage
}

/**
 * The tags at which a node can run or stay incomplete: those with which a value arrived. A value that is carried into
 * an iteration does not count, and neither does one that only more specific values can complete (a broadcast).
 */
export function tagsOf(node: Node, paths: Paths, lists: ReadonlyMap<string, readonly Token[]>, state: State, focus: Tag): Tag[] {
  const tokens = node.pins.flatMap((pin) => [...(lists.get(pin) ?? state.tokensAt(node, pin).filter(({ link }) => !link?.carry))])
  const tags = new Map(tokens.map(({ tag }) => [tag.key, tag]))
  const canRun = (tag: Tag): boolean => paths.ofNode(node).some((path) => isSamePath(path, pathOf(tag)))
  return [...tags.values()].filter((tag) => isInside(tag, focus) && canRun(tag))
}

/** Rule 24: per pin the values with exactly this tag; without any, those with the longest shorter tag. */
export function candidatesAt(node: Node, tag: Tag, lists: ReadonlyMap<string, readonly Token[]>, state: State): Candidates {
  const found: Candidates = { byPin: new Map(), dead: [] }
  for (const pin of node.pins) {
    const tokens = lists.get(pin) ?? state.tokensAt(node, pin)
    const carried = carriedInto(tag, tokens)
    const arrived = tokens.filter(({ link }) => !link?.carry)
    const longest = prefixes(tag).find(({ key }) => arrived.some((token) => token.tag.key === key))
    const nearest = arrived.filter((token) => token.tag.key === longest?.key)
    const isReplaced = markersOf(node, pin).latest === true && longest !== undefined && longest.key !== tag.key
    const taken = carried.length > 0 ? carried : isReplaced ? nearest.slice(-1) : nearest
    if (taken.length > 0) found.byPin.set(pin, taken)
    else found.dead.push(pin)
  }
  return found
}

/** Rule 29: what the last iteration before this one yielded that yielded anything. */
function carriedInto(tag: Tag, tokens: readonly Token[]): readonly Token[] {
  const step = tag.steps.at(-1)
  const earlier = tokens.filter(({ link, tag: from }) => {
    const last = from.steps.at(-1)
    return link?.carry === true && last?.scope === step?.scope && last !== undefined && step !== undefined && last.k < step.k
  })
  const latest = Math.max(...earlier.map(({ tag: from }) => from.steps.at(-1)?.k ?? 0))
  return earlier.filter(({ tag: from }) => from.steps.at(-1)?.k === latest)
}

/** An optional pin; and a pin that only receives what is carried, which has no value in iteration 0. */
export function mayBeLeftOut(node: Node, pin: string): boolean {
  return markersOf(node, pin).optional === true || linksTo(node, pin).every(({ carry }) => carry)
}

/** Rule 26: each combination of values whose lineages agree. */
export function combine(node: Node, tag: Tag, { byPin }: Candidates, paths: Paths): Combination[] {
  let combinations: Combination[] = [{ taken: new Map(), lineage: new Map() }]
  for (const [pin, tokens] of byPin) {
    const links = markersOf(node, pin).collect ? [] : linksTo(node, pin).filter(({ carry }) => !carry)
    const notes = links.filter(paths.isBack).length > 1 || mayMeet(links, paths)
    combinations = combinations.flatMap(({ taken, lineage }) =>
      tokens
        .filter((token) => agree(token.lineage, lineage))
        .map((token) => {
          const note = { turn: turnsBefore(tag), node: node.place, pin: node.pins.indexOf(pin), link: token.link?.place ?? 0 }
          const own = new Map(notes ? [[`${node.id}.${pin}@${tag.key}`, note]] : [])
          return { taken: new Map([...taken, [pin, token]]), lineage: mergeLineages([lineage, token.lineage, own]) }
        }),
    )
  }
  return combinations.filter(({ taken }) => taken.size > 0 || node.pins.length === 0)
}

/** Whether two links that lead to the same turn may bring values with the same tag. */
function mayMeet(links: readonly Link[], { isBack, ofSink }: Paths): boolean {
  const own = links.filter((link) => !isBack(link)).map(ofSink)
  return own.some((paths, i) =>
    own.slice(i + 1).some((others) => paths.some((path) => others.some((other) => isSamePath(path, other)))),
  )
}
