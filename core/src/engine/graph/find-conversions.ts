import { canonicalJson } from '@ashlar/sdk/json'
import { showValue } from '../../base/index.ts'
import {
  compileCoercion,
  findConversion,
  findProperty,
  findValueLoss,
  parsePinPath,
  formatType,
  type Conversion,
} from '../../pins/index.ts'
import type { Block } from '../../blocks/index.ts'
import type { GraphDocument } from './document.ts'
import { findLinkPins } from './link-pins.ts'
import type { FindBlock } from './validate.ts'

/** A place in a document at which a value changes its type. */
export interface GraphConversion extends Omit<Conversion, 'becomes'> {
  /** `links.2`, `nodes.greet.inputs.format` */
  path: string
  /** For people: the value, the type of the pin and the result. */
  message: string
}

/** Maximum number of conversions in one answer. */
const MAX_CONVERSIONS = 10_000

/**
 * Finds every link and constant of a valid document whose value is converted to the type of its pin, or may be. See
 * {@link findWarnings} for the conversions that are probable mistakes.
 */
export function findConversions({ nodes, links }: GraphDocument, findBlock: FindBlock): GraphConversion[] {
  const blocks = new Map(nodes.map((node) => [node.id, findBlock(node)]))
  const all = [
    ...links.flatMap((link, i) => linkConversion(link, i, blocks)),
    ...nodes.flatMap(({ id, inputs }) => constantConversions(id, inputs, blocks.get(id))),
  ]
  return all.slice(0, MAX_CONVERSIONS)
}

function linkConversion(
  { from, to }: GraphDocument['links'][number],
  i: number,
  blocks: ReadonlyMap<string, Block | undefined>,
): GraphConversion[] {
  const pins = findLinkPins({ from, to }, blocks)
  const conversion = pins && findConversion(pins.given, pins.givenSteps, pins.taken, pins.takenSteps)
  if (!conversion) return []
  const { becomes, ...rest } = conversion
  const message = `${from} (${rest.from}) becomes ${becomes} at ${to} (${rest.to})`
  return [{ ...rest, path: `links.${i}`, message }]
}

function constantConversions(node: string, inputs: GraphDocument['nodes'][number]['inputs'], block: Block | undefined) {
  return Object.entries(inputs).flatMap(([pin, value]): GraphConversion[] => {
    const path = parsePinPath(pin)
    const schema = block && path.steps.length === 0 ? findProperty(block.inputSchema, path.base) : undefined
    if (!block || !schema || value === null) return []
    const taken = { schema, root: block.inputSchema }
    const coerced = compileCoercion(schema, block.inputSchema)?.(value) ?? value
    if (canonicalJson(coerced) === canonicalJson(value)) return []
    const to = formatType(schema, block.inputSchema)
    return [
      {
        path: `nodes.${node}.inputs.${pin}`,
        from: Array.isArray(value) ? 'list' : typeof value === 'string' ? 'text' : typeof value,
        to,
        certainty: 'ALWAYS',
        isLossy: findValueLoss(value, taken) !== undefined,
        message: `the constant ${showValue(value)} becomes ${showValue(coerced)}, because the input requires ${to}`,
      },
    ]
  })
}
