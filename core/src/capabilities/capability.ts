import { AshlarError, showValue } from '../errors/index.ts'
import type { RunCredentials } from './credentials/index.ts'
import type { Capabilities as Granted } from './manifest.ts'

/** On whose behalf a block acts. */
export interface Actor {
  /** Of the execution. */
  id: string
  ownerId: string
  /** None for a single block that runs by itself. */
  graphId: string | null
}

/** The block that acts, as far as its capabilities go. */
export interface ActingBlock {
  qualifiedName: string
  capabilities: Granted
  /** JSON Schema of its inputs: what a pin that has no value is. */
  inputSchema: { properties?: unknown }
  /** Names of credentials, by qualified provider, that the node is to use. */
  chosenCredentials: Readonly<Record<string, string>>
}

/** One run of a block, as its powers see it. */
export interface Acting {
  actor: Actor
  block: ActingBlock
  /** The value of an input pin in this run. */
  inputOf(pin: string): unknown
  credentials: RunCredentials
  /** `execution:node:n`: the same for every attempt of the node execution, and for no other. */
  idempotencyKey: string
}

/**
 * What a call of a block to its host means for a second run of the block after a crash:
 *
 * - `none`: it changes nothing outside, so it may simply be made again
 * - `repeatable`: it changes something, but made twice it has its effect once
 * - `once`: it must not be made twice unasked
 */
export type Effect = 'none' | 'repeatable' | 'once'

/** What one run of a block asks of one kind of power. */
export interface PowerSession {
  /**
   * @param method like `storage.get`
   * @throws {AshlarError} CAPABILITY_MISSING when the block's manifest does not name what it takes, BAD_INPUT, and those of the kind
   */
  perform(method: string, args: readonly unknown[]): Promise<unknown>
  /** Ends what the run has left open. */
  close?(): void
}

/** A kind of power, in the worker. Its methods all begin with its name and a dot. */
export interface Power {
  createSession(acting: Acting): PowerSession
  /** @param idempotencyKey of the run, see {@link Acting} */
  effectOf(method: string, args: readonly unknown[], idempotencyKey: string): Effect
  close?(): Promise<void>
}

/** @returns BAD_INPUT for a method that no kind has */
export function unknownHostCall({ block }: Acting, method: string): AshlarError {
  return new AshlarError('BAD_INPUT', `block ${block.qualifiedName}: there is no host call ${showValue(method)}`)
}
