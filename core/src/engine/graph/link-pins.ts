import { parsePinPath, type PinPath, type PinSchema, type PinStep } from '../../pins/index.ts'
import type { Block } from '../../blocks/index.ts'
import { parseEnd, type GraphDocument } from './document.ts'
import { sinkSchema, sourceSchema } from './validate.ts'

/** The types of both ends of a link, and the paths into their values. */
interface LinkPins {
  given: PinSchema
  givenSteps: readonly PinStep[]
  taken: PinSchema
  takenSteps: readonly PinStep[]
}

/** @returns undefined if a block or a pin is not known */
export function findLinkPins(
  { from, to }: Pick<GraphDocument['links'][number], 'from' | 'to'>,
  blocks: ReadonlyMap<string, Block | undefined>,
): LinkPins | undefined {
  const [source, sink] = [parseEnd(from), parseEnd(to)]
  const [sourcePath, sinkPath] = [parsePinPath(source.pin), parsePinPath(sink.pin)]
  const given = findOutput(blocks.get(source.node), source.pin, sourcePath)
  const taken = findInput(blocks.get(sink.node), sinkPath)
  return given && taken && { given, givenSteps: sourcePath.steps, taken, takenSteps: sinkPath.steps }
}

function findOutput(block: Block | undefined, pin: string, path: PinPath): PinSchema | undefined {
  const schema = block && sourceSchema(block, pin, path)
  return schema && { schema, root: block.outputSchema }
}

function findInput(block: Block | undefined, path: PinPath): PinSchema | undefined {
  const schema = block && sinkSchema(block, path)
  return schema && { schema, root: block.inputSchema }
}
