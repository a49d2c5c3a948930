import type { z } from 'zod'

/*
 * The types that every capability implements. This file imports no capability.
 *
 * A capability has a name, which a manifest declares and which is the prefix of its host calls (`storage` and
 * `storage.get`). It consists of a grant definition and, unless the runtime performs its host calls elsewhere, of a
 * host.
 */

/** A capability as the registry lists it. */
export interface Capability<Services> {
  grant: GrantDefinition<unknown>
  /** Creates the host in the worker. A capability without a host has no host calls of its own. */
  createHost?(services: Services): CapabilityHost
}

/** What a manifest may declare for one capability. */
export interface GrantDefinition<Grant> {
  schema: z.ZodType<Grant>
  /** Whether the use of the capability can be observed outside the execution. */
  isEffectful: boolean
  /** One sentence that states what the capability allows. The API describes it with this text. */
  summary: string
  /** Describes the grant to people, one line for each entry. */
  describe(grant: Grant): string[]
  /** Lists the input pins whose values extend the grant. */
  inputPins?(grant: Grant): string[]
  /** Qualifies names that are relative to the plugin of the block. */
  qualify?(grant: Grant, plugin: string): Grant
}

/** Performs the host calls of one capability, in the worker. */
export interface CapabilityHost<Grants = Readonly<Record<string, unknown>>> {
  createSession(caller: Caller<Grants>): CapabilitySession
  close?(): Promise<void>
}

/** The host calls of one run of a block. */
export interface CapabilitySession {
  /** Returns the effect that {@link perform} would have. */
  getEffect(method: string, args: readonly unknown[]): Effect
  /**
   * @param method like `storage.get`
   * @throws {AshlarError} CAPABILITY_MISSING when the manifest of the block does not declare the capability, BAD_INPUT,
   * and the codes of the capability
   */
  perform(method: string, args: readonly unknown[]): Promise<unknown>
  /** Releases everything that the run has left open. */
  close(): void
}

/**
 * The effect of a host call outside the execution. It determines whether the block may run again after a crash.
 *
 * - `none`: the call changes nothing outside, so it may be repeated
 * - `repeatable`: the call has an effect, but repeating it has no further effect
 * - `once`: the call must not be repeated unless the author of the block or graph allows it
 */
export type Effect = 'none' | 'repeatable' | 'once'

/** The run of a block that makes host calls. */
export interface Caller<Grants = Readonly<Record<string, unknown>>> {
  execution: CallerExecution
  block: CallerBlock<Grants>
  /** Returns the value of an input pin in this run. */
  getInput(pin: string): unknown
  /** `execution:node:n`: the same for every attempt of the node execution, and unique to it. */
  idempotencyKey: string
}

export interface CallerExecution {
  id: string
  ownerId: string
  /** null for a single block that runs without a graph. */
  graphId: string | null
  /** Whether its HTTP exchanges are recorded. @default false */
  recordsHttp?: boolean
}

export interface CallerBlock<Grants = Readonly<Record<string, unknown>>> {
  qualifiedName: string
  /** As the manifest declares them, by name. */
  capabilities: Grants
  /** JSON Schema of the inputs. It holds the defaults of input pins. */
  inputSchema: { properties?: unknown }
  /** Names of the credentials that the graph selects for the node, by qualified provider. */
  chosenCredentials: Readonly<Record<string, string>>
}
