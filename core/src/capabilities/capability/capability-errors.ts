import { AshlarError, showValue } from '../../base/index.ts'

interface NamedBlock {
  qualifiedName: string
}

/**
 * Returns CAPABILITY_MISSING, for a block that uses a capability without declaring it.
 *
 * @param declaration what the author has to add to the definition of the block, such as `http: ["GET api.example.com"]`
 */
export function capabilityMissing({ qualifiedName }: NamedBlock, capability: string, declaration: string): AshlarError {
  const message = `block ${qualifiedName} does not have the capability ${capability}; declare it in defineBlock, as in capabilities: { ${declaration} }`
  return new AshlarError('CAPABILITY_MISSING', message)
}

/** Returns BAD_INPUT, for a host call that no capability implements. */
export function unknownHostCall({ qualifiedName }: NamedBlock, method: string): AshlarError {
  return new AshlarError('BAD_INPUT', `block ${qualifiedName}: the host call ${showValue(method)} does not exist`)
}
