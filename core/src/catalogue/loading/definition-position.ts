import type { Block, LocatedStack } from '../../blocks/index.ts'
import { type FindOrigin, showPosition } from './stack-position.ts'

/**
 * What a guest reports in place of a stack when an output of a block is invalid: `    at run`, or `    at yield
 * "<pin>"`.
 */
const PLACE = /^ {4}at (?:run|yield ("(?:[^"\\]|\\.)*"))$/

/**
 * Locates an invalid output in the source of its plugin. When a guest checks an output, the block's code is not on the
 * stack, so this function searches the text of the bundle: for the only `yield` to the pin in the definition of the
 * block, otherwise for its `run`.
 *
 * @param stack see {@link PLACE}
 * @returns undefined when `stack` has another form, or when the bundle does not contain the definition
 */
export function locateOutput(stack: string, { id, plugin }: Block, findOrigin: FindOrigin): LocatedStack | undefined {
  const [place, pin] = PLACE.exec(stack) ?? []
  if (place === undefined) return undefined
  const { code } = plugin.bundle
  const [start, end] = findDefinition(code, id, plugin.blocks)
  if (start < 0) return undefined
  const definition = code.slice(start, end)
  const offset = pin === undefined ? -1 : onlyIndex(definition, `yield [${pin},`)
  const index = start + (offset >= 0 ? offset : Math.max(0, definition.search(RUN)))
  const before = code.slice(0, index).split('\n')
  const position = findOrigin(before.length, (before.at(-1)?.length ?? 0) + 1)
  return position && { position, stack: `at run (${showPosition(position)})` }
}

/** `run`, as a method, a generator or a property of a definition. */
const RUN = /(?<=^ *)(?:async )?\*?run(?=\(|:|,|$)/m

/** Returns the part of the code from the id of a block to the id of the next block. */
function findDefinition(code: string, id: string, blocks: readonly Block[]): [start: number, end: number] {
  const start = code.indexOf(JSON.stringify(id))
  const others = blocks.map((block) => code.indexOf(JSON.stringify(block.id))).filter((index) => index > start)
  return [start, Math.min(code.length, ...others)]
}

function onlyIndex(text: string, part: string): number {
  const index = text.indexOf(part)
  return index >= 0 && text.indexOf(part, index + 1) < 0 ? index : -1
}
