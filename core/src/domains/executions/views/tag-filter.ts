import { formatTag, type Tag } from '../../../engine/index.ts'
import type { Projection } from './projection.ts'

/**
 * Returns a function that decides whether a tag is inside of an iteration, which includes the iteration itself.
 *
 * @param text the iteration, see {@link formatTag}. Everything is inside of the empty text.
 */
export function createTagFilter(text: string): (tag: Tag) => boolean {
  if (text === '') return () => true
  const known = new Map<Tag, boolean>()
  const isInside = (tag: Tag): boolean => {
    const found = known.get(tag)
    if (found !== undefined) return found
    const isHere = isIteration(tag, text) || (tag.parent !== undefined && isInside(tag.parent))
    known.set(tag, isHere)
    return isHere
  }
  return isInside
}

/** Most tags are recognized by their index, without writing them as text. */
function isIteration(tag: Tag, text: string): boolean {
  return tag.scope !== undefined && text.includes(`[${tag.index}`) && formatTag(tag) === text
}

/** The node executions inside of an iteration that have events, and the first and the last `seq` of these events. */
export class IterationEvents {
  first = Infinity
  last = 0
  readonly #isInside: (tag: Tag) => boolean
  readonly #projection: Projection

  constructor(projection: Projection, tag: string) {
    this.#projection = projection
    this.#isInside = createTagFilter(tag)
    for (const run of projection.started) {
      if (!this.#isInside(run.tag)) continue
      const { firstSeq = Infinity, lastSeq = 0 } = projection.factsOf(run) ?? {}
      this.first = Math.min(this.first, firstSeq)
      this.last = Math.max(this.last, lastSeq)
    }
  }

  /** Whether an event belongs to a node execution inside of the iteration. */
  has(event: object): boolean {
    if (!('node' in event) || !('n' in event)) return false
    const run = this.#projection.scheduler.nodeExecution(String(event.node), Number(event.n))
    return run !== undefined && this.#isInside(run.tag)
  }
}
