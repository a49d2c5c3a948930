import type { Acting, ActingBlock, Actor } from '../capabilities/acting.ts'
import type { RunCredentials } from '../capabilities/credentials/index.ts'

interface TestActing extends Partial<Actor>, Partial<Pick<ActingBlock, 'qualifiedName' | 'capabilities'>> {
  inputs?: Record<string, unknown>
  /** @default none */
  credentials?: RunCredentials
}

const NO_CREDENTIALS: RunCredentials = { use: () => Promise.reject(new Error('there are no credentials in this test')) }

/** Creates one run of a block, for tests of capabilities. */
export function createTestActing({ inputs = {}, credentials = NO_CREDENTIALS, ...given }: TestActing): Acting {
  const { id = 'none', ownerId = 'owner', graphId = null, qualifiedName = 'test/block', capabilities = {} } = given
  return {
    actor: { id, ownerId, graphId },
    block: { qualifiedName, capabilities, inputSchema: {}, chosenCredentials: {} },
    inputOf: (pin) => inputs[pin],
    credentials,
    idempotencyKey: `${id}:node:1`,
  }
}
