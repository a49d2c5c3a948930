import type { Caller, CallerBlock, CallerExecution } from '../capabilities/capability/capability.ts'

interface TestCaller<Grants>
  extends Partial<CallerExecution>, Partial<Pick<CallerBlock<Grants>, 'qualifiedName' | 'capabilities'>> {
  inputs?: Record<string, unknown>
}

/** Creates a run of a block, for tests of capabilities. */
export function createTestCaller<Grants = Readonly<Record<string, unknown>>>({
  inputs = {},
  ...given
}: TestCaller<Grants>): Caller<Grants> {
  const { id = 'none', ownerId = 'owner', graphId = null, qualifiedName = 'test/block' } = given
  return {
    execution: { id, ownerId, graphId },
    block: { qualifiedName, capabilities: given.capabilities ?? ({} as Grants), inputSchema: {}, chosenCredentials: {} },
    getInput: (pin) => inputs[pin],
    idempotencyKey: `${id}:node:1`,
  }
}
