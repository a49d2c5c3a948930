import {
  unknownHostCall,
  type Acting,
  type ActingBlock,
  type Actor,
  type Effect,
  type Power,
  type PowerSession,
} from './capability.ts'
import { createCredentialsPower, createRunCredentials, type CredentialStore } from './credentials/index.ts'
import { createFiles } from './files/index.ts'
import { createHttp, type HttpOptions } from './http/index.ts'
import { createStorage, type BlockStorage } from './storage/index.ts'
import type { Workspaces } from '../workspaces/index.ts'

/** Performs what blocks ask for, in the worker, after checking on every call that the block's manifest names it. */
export interface Capabilities {
  /**
   * What one run of a block asks for.
   *
   * @param run its block, the credentials that the graph chooses, by qualified provider, and its idempotency key
   * @param inputs of this run; asked for where the manifest makes a power depend on them
   */
  createSession(actor: Actor, run: ActingRun, inputs: () => Record<string, unknown>): CapabilitySession
  close(): Promise<void>
}

interface ActingRun extends Pick<Acting, 'idempotencyKey'> {
  block: Omit<ActingBlock, 'chosenCredentials'>
  credentials: Readonly<Record<string, string>>
}

export interface CapabilitySession {
  /** @throws {AshlarError} CAPABILITY_MISSING BAD_INPUT OUTPUT_LIMIT, and those of the kinds */
  perform(method: string, args: readonly unknown[]): Promise<unknown>
  /** What {@link perform} would do outside. */
  effectOf(method: string, args: readonly unknown[]): Effect
  /** The run has ended, whatever way: what it has left open is ended too. */
  close(): void
}

export interface CapabilityOptions {
  storage: BlockStorage
  credentials: CredentialStore
  http?: HttpOptions
  /** @default none: blocks have no files */
  workspaces?: Workspaces | undefined
}

export function createCapabilities({ storage, credentials: store, http, workspaces }: CapabilityOptions): Capabilities {
  const powers: Record<string, Power> = {
    storage: createStorage(storage),
    http: createHttp(http),
    credentials: createCredentialsPower(),
    files: createFiles(workspaces),
  }
  return {
    createSession(actor, { idempotencyKey, ...run }, inputs) {
      const block = { ...run.block, chosenCredentials: run.credentials }
      const credentials = createRunCredentials(store, actor, block)
      const inputOf = (pin: string): unknown => inputs()[pin] ?? defaultOf(block, pin)
      return createSession(powers, { actor, block, credentials, inputOf, idempotencyKey })
    },
    close: async () => {
      for (const power of Object.values(powers)) await power.close?.()
    },
  }
}

/** Each kind of power has a session of its own, from the first time it is asked for something. */
function createSession(powers: Record<string, Power>, acting: Acting): CapabilitySession {
  const open = new Map<string, PowerSession>()
  return {
    effectOf: (method, args) => powerOf(powers, method)?.effectOf(method, args, acting.idempotencyKey) ?? 'none',
    async perform(method, args) {
      if (method === 'run.idempotencyKey') return acting.idempotencyKey
      const kind = kindOf(method)
      const power = powerOf(powers, method)
      if (!power) throw unknownHostCall(acting, method)
      const session = open.get(kind) ?? power.createSession(acting)
      open.set(kind, session)
      return session.perform(method, args)
    },
    close() {
      for (const session of open.values()) session.close?.()
    },
  }
}

function powerOf(powers: Record<string, Power>, method: string): Power | undefined {
  const kind = kindOf(method)
  return Object.hasOwn(powers, kind) ? powers[kind] : undefined
}

function kindOf(method: string): string {
  return method.slice(0, method.indexOf('.'))
}

function defaultOf({ inputSchema: { properties } }: ActingBlock, pin: string): unknown {
  const schema = (properties as Record<string, { default?: unknown } | undefined> | undefined)?.[pin]
  return schema?.default
}
