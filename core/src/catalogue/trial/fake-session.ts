import { createFakeCapabilities, parseSleep } from '../../capabilities/index.ts'
import type { CallSink } from '../../sandbox/calls/index.ts'
import type { Block } from '../../blocks/index.ts'

type FakeCapabilities = ReturnType<typeof createFakeCapabilities>

/** Answers the host calls of one run of a block with fakes, and records the calls. */
export interface FakeSession extends Omit<FakeCapabilities, 'capabilities'> {
  hostCall: NonNullable<CallSink['hostCall']>
  close(): void
}

export function createFakeSession(
  block: Block,
  fakes: Parameters<typeof createFakeCapabilities>[0],
  inputs: Record<string, unknown>,
): FakeSession {
  const { capabilities, ...recorded } = createFakeCapabilities(fakes, block.plugin)
  const actor = { id: 'test', ownerId: 'test', graphId: 'test' }
  const session = capabilities.createSession(actor, { block, credentials: {}, idempotencyKey: 'test:test:1' }, () => inputs)
  return {
    ...recorded,
    hostCall: async (method, args) => (method === 'sleep.begin' ? parseSleep(block, args).sleep : session.perform(method, args)),
    close: session.close,
  }
}
