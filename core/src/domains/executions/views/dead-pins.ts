import {
  isFinal,
  missingPins,
  type NodeExecution,
  type Plan,
  type PlanLink,
  type PlanNode,
  type Scheduler,
  type Tag,
} from '../../../engine/index.ts'
import { isToolPin, parsePinPath } from '../../../pins/index.ts'

/**
 * Finds the pins of incomplete node executions that no value can reach any more.
 *
 * A value reaches a pin only if a run that has not ended causes it: a run of a node from which links lead to the pin,
 * in the same iteration or in one around or inside of it. A pin of which this is possible counts as alive, so a dead
 * pin never receives a value, but a pin may count as alive although none will come.
 */
export class DeadPins {
  readonly #scheduler: Scheduler
  readonly #incoming: ReadonlyMap<PlanNode, PlanLink[]>
  readonly #upstream = new Map<string, Upstream>()
  /** The runs that have not ended. */
  #live: NodeExecution[] | undefined

  constructor(plan: Plan, scheduler: Scheduler) {
    this.#scheduler = scheduler
    this.#incoming = Map.groupBy(
      plan.nodes.flatMap(({ links }) => [...links.values()].flat()),
      ({ sink }) => sink,
    )
  }

  /** Must be called after the scheduler has changed. */
  reset(): void {
    this.#live = undefined
  }

  of(run: NodeExecution): string[] {
    if (run.status !== 'INCOMPLETE') return []
    const missing = missingPins(run)
    if (isFinal(this.#scheduler.status)) return missing
    this.#live ??= this.#scheduler.nodeExecutions().filter(({ status }) => LIVE.has(status))
    const live = this.#live
    return missing.filter((pin) => {
      const upstream = this.#upstreamOf(run.node, pin)
      return !live.some((cause) => mayCause(cause, run.tag, upstream))
    })
  }

  #upstreamOf(node: PlanNode, pin: string): Upstream {
    const key = `${node.id}.${pin}`
    const known = this.#upstream.get(key)
    if (known) return known
    const links = new Set((this.#incoming.get(node) ?? []).filter(({ sinkPin }) => sinkPin === pin))
    for (const { source } of links) for (const link of this.#incoming.get(source) ?? []) links.add(link)
    const depths = [...links].flatMap((link) =>
      isEnd(link) ? [...depthsOf(link.source)] : isCollected(link) ? [...depthsOf(link.sink)] : [],
    )
    const found = { links, hasEnd: [...links].some(isEnd), depth: Math.min(...depths) }
    this.#upstream.set(key, found)
    return found
  }
}

/** The links on the ways to a pin. */
interface Upstream {
  links: ReadonlySet<PlanLink>
  /** Whether one of them leads from a pin that depends on all nodes in a loop. */
  hasEnd: boolean
  /** The depth of the shortest tag with which the end of a loop sends values. Infinity if there is none. */
  depth: number
}

function isEnd({ source: { id, block }, from }: PlanLink): boolean {
  const { base } = parsePinPath(from.slice(id.length + 1))
  return block.donePins.has(base) || block.caughtPins.has(base)
}

function isCollected({ sink, sinkPin }: PlanLink): boolean {
  return sink.block.collectPins.has(parsePinPath(sinkPin).base)
}

function depthsOf({ flow }: PlanNode): Iterable<number> {
  return flow?.runDepths ?? [0]
}

const LIVE: ReadonlySet<string> = new Set(['QUEUED', 'RUNNING', 'WAITING'] satisfies NodeExecution['status'][])

function mayCause(cause: NodeExecution, tag: Tag, { links: upstream, hasEnd, depth }: Upstream): boolean {
  if (!isRelated(cause.tag, tag, depth)) return false
  if (hasEnd) return true
  for (const [pin, links] of cause.node.links)
    if (links.some((link) => upstream.has(link)) && mayYieldFor(cause, pin, tag)) return true
  return false
}

/** Whether the run may yield another value of the pin in this iteration. */
function mayYieldFor({ node, loop, tag: own }: NodeExecution, pin: string, tag: Tag): boolean {
  const { base } = parsePinPath(pin)
  if (!loop || isToolPin(pin) || !node.block.manyPins.has(base)) return true
  const iteration = pathOf(tag)[own.depth]
  return iteration?.scope !== loop || loop.carries !== undefined || (loop.counts.get(base) ?? 0) <= iteration.index
}

/**
 * Whether a run with one tag may cause a value with the other: if one is the beginning of the other, if both are in the
 * same cycle or in iterations between which values are carried, or if a loop ends outside of what differs.
 *
 * @param depth the depth of the shortest tag with which the end of a loop sends values
 */
function isRelated(a: Tag, b: Tag, depth: number): boolean {
  const [one, other] = [pathOf(a), pathOf(b)]
  for (let i = 0; i < Math.min(one.length, other.length); i++) {
    const [left, right] = [one[i], other[i]]
    if (left === right) continue
    if (i >= depth) return true
    return left?.scope === right?.scope && (left?.scope?.kind === 'CYCLE' || left?.scope?.carries !== undefined)
  }
  return true
}

/** The iterations of a tag, outermost first. */
function pathOf(tag: Tag): Tag[] {
  const path: Tag[] = []
  for (let each: Tag | undefined = tag; each?.parent; each = each.parent) path.push(each)
  return path.toReversed()
}
