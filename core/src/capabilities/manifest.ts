import { z } from 'zod'
import type { GrantDefinition } from './capability/index.ts'
import { CAPABILITIES, type CapabilityRegistry } from './registry.ts'

/** The part of a manifest that declares capabilities, by name. An unknown name is rejected. */
export const capabilitiesSchema = buildCapabilitiesSchema(CAPABILITIES)

export type Capabilities = z.output<typeof capabilitiesSchema>

type Declared = Readonly<Record<string, unknown>>

export function buildCapabilitiesSchema<Registry extends CapabilityRegistry>(
  registry: Registry,
): z.ZodObject<GrantShape<Registry>, z.core.$strict> {
  const shape = Object.entries(registry).map(([name, { grant }]) => [name, grant.schema.optional()])
  return z.strictObject(Object.fromEntries(shape) as GrantShape<Registry>, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? describeUnknown(issue.keys, registry) : undefined),
  })
}

type GrantShape<Registry extends CapabilityRegistry> = {
  -readonly [Name in keyof Registry]: z.ZodOptional<Registry[Name]['grant']['schema']>
}

/**
 * Whether a block with these capabilities can have effects. After a crash such a block does not run again by default.
 */
export function isEffectful(capabilities: Declared, registry?: CapabilityRegistry): boolean {
  return listGrants(capabilities, registry).some(([, { isEffectful: can }]) => can)
}

/**
 * Describes capabilities to people, one line for each entry: `{ kind: 'storage', detail: 'graph' }`,
 * `{ kind: 'http', detail: 'GET api.github.com/repos/*' }`.
 */
export function listCapabilities(capabilities: Declared, registry?: CapabilityRegistry): { kind: string; detail: string }[] {
  return listGrants(capabilities, registry).flatMap(([kind, { describe }, grant]) =>
    describe(grant).map((detail) => ({ kind, detail })),
  )
}

/** Lists the names of all capabilities, with a sentence that states what each allows. */
export function listCapabilityKinds(registry: CapabilityRegistry = CAPABILITIES): { kind: string; summary: string }[] {
  return Object.entries(registry).map(([kind, { grant }]) => ({ kind, summary: grant.summary }))
}

/** Lists the input pins whose values extend what a block may reach. */
export function listInputPins(capabilities: Declared, registry?: CapabilityRegistry): string[] {
  return listGrants(capabilities, registry).flatMap(([, { inputPins }, grant]) => inputPins?.(grant) ?? [])
}

/** Qualifies names that are relative to the plugin of the block. @param plugin the name of that plugin */
export function qualifyCapabilities(capabilities: Capabilities, plugin: string, registry?: CapabilityRegistry): Capabilities {
  const qualified = listGrants(capabilities, registry).map(([name, { qualify }, grant]) => [
    name,
    qualify?.(grant, plugin) ?? grant,
  ])
  return Object.fromEntries(qualified) as Capabilities
}

function listGrants(
  capabilities: Declared,
  registry: CapabilityRegistry = CAPABILITIES,
): [name: string, definition: GrantDefinition<unknown>, grant: unknown][] {
  return Object.entries(registry).flatMap(([name, { grant: definition }]) => {
    const grant = capabilities[name]
    return grant === undefined ? [] : [[name, definition, grant]]
  })
}

function describeUnknown(names: readonly string[], registry: CapabilityRegistry): string {
  const unknown = names.map((name) => JSON.stringify(name)).join(', ')
  const [last, ...others] = Object.keys(registry).toReversed()
  return `the capability ${unknown} does not exist; the available capabilities are ${others.toReversed().join(', ')} and ${last}`
}
