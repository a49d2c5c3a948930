import type { Acting, ActingBlock, Actor } from '../capabilities/capability.ts'
import type { RunCredentials } from '../capabilities/credentials/index.ts'

export interface TestActing extends Partial<Actor>, Partial<Pick<ActingBlock, 'qualifiedName' | 'capabilities'>> {
  inputs?: Record<string, unknown>
  /** @default none */
  credentials?: RunCredentials
}

const NO_CREDENTIALS: RunCredentials = { use: () => Promise.reject(new Error('there are no credentials in this test')) }

/** One run of a block, for the tests of powers. */
export function createTestActing({ inputs = {}, credentials = NO_CREDENTIALS, ...given }: TestActing): Acting {
  const { id = 'none', ownerId = 'nobody', graphId = null, qualifiedName = 'test/block', capabilities = {} } = given
  return {
    actor: { id, ownerId, graphId },
    block: { qualifiedName, capabilities, inputSchema: {}, chosenCredentials: {} },
    inputOf: (pin) => inputs[pin],
    credentials,
    idempotencyKey: `${id}:node:1`,
  }
}
