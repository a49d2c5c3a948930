import type pg from 'pg'
import { AshlarError, showValue } from '../errors/index.ts'
import { createHttp, type Http, type HttpOptions, type HttpSession } from './http/index.ts'
import type { Capabilities as Granted } from './manifest.ts'
import { createBlockStorage, type BlockStorage, type StoragePlace } from './storage.ts'

/** On whose behalf a block acts. */
interface Actor {
  ownerId: string
  /** None for a single block that runs by itself. */
  graphId: string | null
}

/** The block that acts, as far as its capabilities go. */
interface ActingBlock {
  qualifiedName: string
  capabilities: Granted
  /** JSON Schema of its inputs: what a pin that has no value is. */
  inputSchema: { properties?: unknown }
}

/** Performs what blocks ask for, in the worker, after checking on every call that the block's manifest names it. */
export interface Capabilities {
  /**
   * What one run of a block asks for.
   *
   * @param inputs of this run; asked for where the manifest makes a power depend on them
   */
  createSession(actor: Actor, block: ActingBlock, inputs: () => Record<string, unknown>): CapabilitySession
  close(): Promise<void>
}

export interface CapabilitySession {
  /** @throws {AshlarError} CAPABILITY_MISSING BAD_INPUT OUTPUT_LIMIT, and those of http */
  perform(method: string, args: readonly unknown[]): Promise<unknown>
  /** The run has ended, whatever way: what it has left open is ended too. */
  close(): void
}

export function createCapabilities(pool: pg.Pool, options: { http?: HttpOptions } = {}): Capabilities {
  const storage = createBlockStorage(pool)
  const http = createHttp(options.http)
  return {
    createSession: (actor, block, inputs) => createSession({ storage, http }, actor, block, inputs),
    close: http.close,
  }
}

function createSession(
  parts: { storage: BlockStorage; http: Http },
  actor: Actor,
  block: ActingBlock,
  inputs: () => Record<string, unknown>,
): CapabilitySession {
  let http: HttpSession | undefined
  const inputOf = (pin: string): unknown => inputs()[pin] ?? defaultOf(block, pin)
  const openHttp = (): HttpSession =>
    parts.http.createSession({ qualifiedName: block.qualifiedName, http: block.capabilities.http, inputOf })
  return {
    async perform(method, args) {
      if (method.startsWith('http.')) return (http ??= openHttp()).perform(method, args)
      const perform = Object.hasOwn(METHODS, method) ? METHODS[method] : undefined
      if (!perform) throw new AshlarError('BAD_INPUT', `block ${block.qualifiedName}: there is no host call ${showValue(method)}`)
      const [scope, ...rest] = args
      return perform(parts.storage, placeOf(actor, block, scope), rest)
    },
    close: () => http?.close(),
  }
}

function defaultOf({ inputSchema: { properties } }: ActingBlock, pin: string): unknown {
  const schema = (properties as Record<string, { default?: unknown } | undefined> | undefined)?.[pin]
  return schema?.default
}

type Perform = (storage: BlockStorage, place: StoragePlace, args: unknown[]) => Promise<unknown>

const METHODS: Record<string, Perform> = {
  'storage.get': (storage, place, [key]) => storage.get(place, key),
  'storage.set': (storage, place, [key, value]) => storage.set(place, key, value),
  'storage.compareAndSet': (storage, place, [key, expected, value]) => storage.compareAndSet(place, key, expected, value),
}

function placeOf({ ownerId, graphId }: Actor, block: ActingBlock, scope: unknown): StoragePlace {
  const isGranted = block.capabilities.storage?.some((granted) => granted === scope) ?? false
  if (!isGranted) {
    const message = `block ${block.qualifiedName} does not have the capability storage ${showValue(scope)}; its manifest must name it`
    throw new AshlarError('CAPABILITY_MISSING', message)
  }
  if (scope === 'graph' && graphId === null)
    throw new AshlarError(
      'BAD_INPUT',
      `block ${block.qualifiedName}: storage "graph" needs a graph, and this block runs by itself`,
    )
  return { ownerId, scope: scope === 'graph' ? `graph:${graphId}` : 'user' }
}
