import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createCapabilityHosts } from './capability-hosts.ts'
import type { Caller, GrantDefinition } from './capability/capability.ts'
import { buildCapabilitiesSchema, isEffectful, listCapabilities } from './manifest.ts'
import { CAPABILITIES, type CapabilityRegistry } from './registry.ts'
import { createFakeStorage } from './storage/index.ts'

// What a folder `clock` would hold: a grant definition and a host.
type ClockGrant = string[]
const clockGrant = {
  schema: z.array(z.string()).min(1),
  summary: 'Reads the time.',
  isEffectful: false,
  describe: (zones) => zones.map((zone) => `the time in ${zone}`),
} satisfies GrantDefinition<ClockGrant>

const createClockHost = () => ({
  createSession: ({ block, execution }: Caller<{ clock?: ClockGrant | undefined }>) => ({
    getEffect: () => 'none' as const,
    perform: async (method: string, args: readonly unknown[]) => [method, ...args, block.capabilities.clock, execution.id],
    close: () => {},
  }),
})

// The one line that adds it.
const REGISTRY = { ...CAPABILITIES, clock: { grant: clockGrant, createHost: createClockHost } } satisfies CapabilityRegistry

describe('a capability that is added with one folder and one line', () => {
  const declared = { clock: ['UTC'] }

  it('can be declared in a manifest', () => {
    const schema = buildCapabilitiesSchema(REGISTRY)
    expect(schema.parse(declared)).toEqual(declared)
    expect(schema.safeParse({ clock: [] }).success).toBe(false)
  })

  it('is named in the message about an unknown capability', () => {
    const { error } = buildCapabilitiesSchema(REGISTRY).safeParse({ clocks: [] })
    expect(error?.issues[0]?.message).toBe(
      'the capability "clocks" does not exist; the available capabilities are storage, http, files, host, sleep, credentials, credentials.reveal, credentials.presign and clock',
    )
  })

  it('is listed for the user before the first run', () => {
    expect(listCapabilities(declared, REGISTRY)).toEqual([{ kind: 'clock', detail: 'the time in UTC' }])
  })

  it('determines whether its blocks are effectful', () => {
    const effectful = { ...REGISTRY, clock: { ...REGISTRY.clock, grant: { ...clockGrant, isEffectful: true } } }
    expect([isEffectful(declared, REGISTRY), isEffectful(declared, effectful)]).toEqual([false, true])
  })

  it('performs the host calls of a block', async () => {
    const credentials = { open: () => Promise.reject(new Error('this test has no credentials')) }
    const hosts = createCapabilityHosts({ storage: createFakeStorage(new Map()), credentials }, REGISTRY)
    const block = { qualifiedName: 'test/block', capabilities: declared, inputSchema: {} }
    const execution = { id: 'execution', ownerId: 'owner', graphId: null }
    const session = hosts.createSession(execution, { block, credentials: {}, idempotencyKey: 'key' }, () => ({}))
    expect(await session.perform('clock.now', [1])).toEqual(['clock.now', 1, ['UTC'], 'execution'])
    session.close()
    await hosts.close()
  })
})
