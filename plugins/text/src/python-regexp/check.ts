import { PatternError, type Node } from './tree.ts'
import { measureWidth } from './width.ts'

/** The groups of a pattern, by number. */
type Bodies = ReadonlyMap<number, Node>

/**
 * Finds differences between Python and JavaScript in a pattern that is valid in both:
 *
 * - In JavaScript, a reference to a group that has not matched matches the empty text. In Python it does not match.
 * - In JavaScript, each iteration of a repetition resets the groups inside it. In Python they keep their text.
 * - In JavaScript, an optional iteration that matches the empty text fails, and the next alternative is tried. In
 *   Python it ends the repetition.
 * - In JavaScript, a lookbehind matches from right to left.
 *
 * It rejects a pattern whose matches could differ. If only the text of a group could differ, it returns the group,
 * because most patterns are used without that text.
 *
 * @returns the numbers and the positions of these groups
 * @throws {PatternError} unsupported
 */
export function findDoubtfulGroups(tree: Node, bodies: Bodies): ReadonlyMap<number, number> {
  const doubtful = new Map<number, number>()
  checkRepeats(tree, bodies, false)
  collectDoubtful(tree, { isDoubtful: false, isRepeated: false, isOptional: false, isBehind: false }, bodies, doubtful)
  checkReferences(tree, new Set(), doubtful)
  return doubtful
}

/** Returns whether a node may match the empty text before it tries to match more, as `a??` and `|a` do. */
export function mayPreferEmpty(node: Node, bodies: Bodies): boolean {
  if (!mayBeEmpty(node, bodies)) return false
  switch (node.type) {
    case 'group':
      return mayPreferEmpty(node.body, bodies)
    case 'sequence':
      return node.items.some((item) => mayPreferEmpty(item, bodies))
    case 'choice':
      return node.branches.some((branch, i) => {
        const others = node.branches.slice(i + 1)
        return mayPreferEmpty(branch, bodies) || (mayBeEmpty(branch, bodies) && others.some((other) => mayBeLong(other, bodies)))
      })
    case 'repeat':
      return (node.mode === 'lazy' && mayBeLong(node, bodies)) || mayPreferEmpty(node.body, bodies)
    case 'set':
    case 'anchor':
    case 'atomic':
    case 'look':
    case 'reference':
      return false
  }
}

function mayBeEmpty(node: Node, bodies: Bodies): boolean {
  return measureWidth(node, bodies)[0] === 0
}

function mayBeLong(node: Node, bodies: Bodies): boolean {
  return measureWidth(node, bodies)[1] > 0
}

function checkRepeats(node: Node, bodies: Bodies, isBehind: boolean): void {
  if (node.type === 'repeat' && node.max > node.min && mayPreferEmpty(node.body, bodies))
    throw new PatternError('unsupported', 'a repetition of a part that prefers to match the empty text is not supported', node.at)
  const isAtomic = node.type === 'atomic' || (node.type === 'repeat' && node.mode === 'possessive')
  if (isAtomic && isBehind)
    throw new PatternError(
      'unsupported',
      'an atomic group or possessive quantifier inside a lookbehind is not supported',
      node.at,
    )
  const isBehindInside = node.type === 'look' ? node.isBehind : isBehind
  for (const child of listChildren(node)) checkRepeats(child, bodies, isBehindInside)
}

interface Place {
  readonly isDoubtful: boolean
  /** Whether the place is inside a node that may match more than once. */
  readonly isRepeated: boolean
  /** Whether an iteration may skip this place. */
  readonly isOptional: boolean
  readonly isBehind: boolean
}

function collectDoubtful(node: Node, place: Place, bodies: Bodies, found: Map<number, number>): void {
  if (node.type === 'group' && node.number !== undefined && (place.isDoubtful || (place.isRepeated && place.isOptional)))
    found.set(node.number, node.at)
  const inside = placeInside(node, place, bodies)
  for (const child of listChildren(node)) collectDoubtful(child, inside, bodies, found)
}

function placeInside(node: Node, place: Place, bodies: Bodies): Place {
  const { isDoubtful, isRepeated, isBehind } = place
  if (node.type === 'choice') return { ...place, isOptional: true }
  if (node.type === 'look')
    return {
      ...place,
      isDoubtful: isDoubtful || node.isNegative || (node.isBehind && isRepeated),
      isBehind: isBehind || node.isBehind,
    }
  if (node.type !== 'repeat') return place
  const mayEndEmpty = node.max > node.min && mayBeEmpty(node.body, bodies)
  return {
    isDoubtful: isDoubtful || mayEndEmpty || (isBehind && node.max > 1),
    isRepeated: isRepeated || node.max > 1,
    isOptional: isRepeated && (place.isOptional || node.min === 0),
    isBehind,
  }
}

/**
 * @param set the groups that have certainly matched before a node
 * @returns the groups that have certainly matched after it
 */
function checkReferences(node: Node, set: ReadonlySet<number>, doubtful: ReadonlyMap<number, number>): ReadonlySet<number> {
  switch (node.type) {
    case 'reference':
      if (set.has(node.group) && !doubtful.has(node.group)) return set
      throw new PatternError(
        'unsupported',
        `a reference to the group ${node.group}, which may not have matched at this point or may have matched more than once, is not supported`,
        node.at,
      )
    case 'group': {
      const after = checkReferences(node.body, set, doubtful)
      return node.number === undefined ? after : new Set([...after, node.number])
    }
    case 'sequence':
      return node.items.reduce((before, item) => checkReferences(item, before, doubtful), set)
    case 'choice':
      for (const branch of node.branches) checkReferences(branch, set, doubtful)
      return set
    case 'repeat': {
      const after = checkReferences(node.body, set, doubtful)
      return node.min > 0 ? after : set
    }
    case 'look': {
      const after = checkReferences(node.body, set, doubtful)
      return node.isNegative ? set : after
    }
    case 'atomic':
      return checkReferences(node.body, set, doubtful)
    case 'set':
    case 'anchor':
      return set
  }
}

function listChildren(node: Node): readonly Node[] {
  if (node.type === 'sequence') return node.items
  if (node.type === 'choice') return node.branches
  return 'body' in node ? [node.body] : []
}
