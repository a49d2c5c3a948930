import { isEqual } from '@ashlar/sdk/json'
import type { Block } from '../../blocks/index.ts'
import { parsePinPath } from '../../pins/index.ts'
import { parseEnd, type GraphDocument, type GraphNode } from './document.ts'

/**
 * Settles the pins that are many only in some nodes (`manyIf`): in a node that sets one of the named inputs, by a link
 * or by a constant that is not its default.
 *
 * @param findBlock returns the block of a node
 * @returns a function that returns the block of a node with the pins that are many in this document
 */
export function withManyPins<Found extends Block | undefined>(
  { links }: Pick<GraphDocument, 'links'>,
  findBlock: (node: GraphNode) => Found,
): (node: GraphNode) => Found | Block {
  let linked: ReadonlySet<string> | undefined
  return (node) => {
    const block = findBlock(node)
    if (!block || block.manyIfPins.size === 0) return block
    linked ??= new Set(links.map(({ to }) => baseEnd(to)))
    const isSet = (pin: string): boolean => linked?.has(`${node.id}.${pin}`) === true || isChanged(node, block, pin)
    const more = [...block.manyIfPins].filter(([, inputs]) => inputs.some(isSet))
    if (more.length === 0) return block
    return { ...block, manyPins: new Set([...block.manyPins, ...more.map(([pin]) => pin)]) }
  }
}

function baseEnd(text: string): string {
  const { node, pin } = parseEnd(text)
  return `${node}.${parsePinPath(pin).base}`
}

function isChanged({ inputs }: GraphNode, { inputSchema }: Block, pin: string): boolean {
  const value = Object.hasOwn(inputs, pin) ? inputs[pin] : null
  const initial = inputSchema.properties?.[pin]?.default ?? null
  return value !== null && !isEqual(value, initial)
}
