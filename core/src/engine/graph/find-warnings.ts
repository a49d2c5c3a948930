import { showValue, type Fault } from '../../base/index.ts'
import {
  findFittingMember,
  findLoss,
  findProperty,
  findValueLoss,
  appendStep,
  parsePinPath,
  withArticle,
  type PinPath,
  type PinSchema,
  type PinStep,
} from '../../pins/index.ts'
import { describeUnavailable, type Block } from '../../blocks/index.ts'
import type { GraphDocument } from './document.ts'
import { findLinkPins } from './link-pins.ts'
import { toRead } from './read-document.ts'
import { findToleratedFaults, limitFaults, type FindBlock } from './validate.ts'

/**
 * Finds probable mistakes in a valid document: blocks that cannot run yet, and links and constants whose value loses
 * its meaning when it is converted to the type of the pin. For a graph with an origin, also the faults that it may
 * have. Each warning has a path: `links.2`, `nodes.greet.inputs.format`.
 */
export function findWarnings(document: GraphDocument, findBlock: FindBlock): Fault[] {
  const blocks = new Map(document.nodes.map((node) => [node.id, findBlock(node)]))
  return limitFaults([
    ...document.nodes.flatMap(({ id }) => unavailableWarnings(id, blocks.get(id))),
    ...findToleratedFaults(toRead(document), findBlock),
    ...document.links.flatMap((link, i) => linkWarnings(link, i, blocks)),
    ...document.nodes.flatMap(({ id, inputs }) => constantWarnings(id, inputs, blocks.get(id))),
  ])
}

function unavailableWarnings(node: string, block: Block | undefined): Fault[] {
  if (block?.unavailable === undefined) return []
  return [{ path: `nodes.${node}.block`, message: describeUnavailable(block) }]
}

function linkWarnings(
  { from, to }: GraphDocument['links'][number],
  i: number,
  blocks: ReadonlyMap<string, Block | undefined>,
): Fault[] {
  const pins = findLinkPins({ from, to }, blocks)
  const loss = pins && findLoss(pins.given, pins.givenSteps, pins.taken, pins.takenSteps)
  if (!loss) return []
  const isPlain = pins.givenSteps.length + pins.takenSteps.length === 0
  const member = isPlain ? findFittingMember(pins.given, pins.taken) : undefined
  const message = `${from} is ${withArticle(loss.from)}, but ${to} requires ${withArticle(loss.to)}: the ${loss.from} becomes ${loss.becomes}. ${adviceFor(from, loss.from, member)}`
  return [{ path: `links.${i}`, message }]
}

function adviceFor(from: string, type: string, member: string | undefined): string {
  const part = (kind: PinStep['kind'], key: string): string => appendStep(from, { kind, key })
  if (member !== undefined) return `Link ${part('attribute', member)} to pass on that member, or insert a block that converts it.`
  const block = 'insert a block that converts it'
  if (type === 'list') return `Link ${part('index', '0')} to pass on one item, or ${block}.`
  if (type === 'object') return `Link ${part('attribute', '<name>')} to pass on one member, or ${block}.`
  return `Link another pin, or ${block}.`
}

function constantWarnings(node: string, inputs: GraphDocument['nodes'][number]['inputs'], block: Block | undefined): Fault[] {
  return Object.entries(inputs).flatMap(([pin, value]) => {
    const path = parsePinPath(pin)
    const taken = block && path.steps.length === 0 ? inputPin(block, path) : undefined
    const loss = taken && findValueLoss(value, taken)
    if (!loss) return []
    const message = `the input requires ${withArticle(loss.to)}, and ${withArticle(loss.from)} becomes ${loss.becomes}: use ${withArticle(loss.to)}, got ${showValue(value)}`
    return [{ path: `nodes.${node}.inputs.${pin}`, message }]
  })
}

function inputPin({ inputSchema }: Block, { base }: PinPath): PinSchema | undefined {
  const schema = findProperty(inputSchema, base)
  return schema && { schema, root: inputSchema }
}
