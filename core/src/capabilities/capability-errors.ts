import { AshlarError } from '../errors/index.ts'
import type { ActingBlock } from './capability.ts'

/**
 * The error of a block that uses a capability without declaring it.
 *
 * @param declaration what to write into the definition of the block: `http: ["GET api.example.com"]`
 */
export function capabilityMissing(
  { qualifiedName }: Pick<ActingBlock, 'qualifiedName'>,
  capability: string,
  declaration: string,
): AshlarError {
  const message = `block ${qualifiedName} does not have the capability ${capability}; declare it in defineBlock, as in capabilities: { ${declaration} }`
  return new AshlarError('CAPABILITY_MISSING', message)
}
