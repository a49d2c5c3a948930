import { z } from 'zod'
import {
  capabilitiesSchema,
  listCredentialGrants,
  isEffectful,
  listInputPins,
  getProviderName,
  providerSchema,
  getScopes,
  type CredentialGrant,
} from '../capabilities/index.ts'
import { showValue } from '../base/index.ts'
import type { JsonSchema } from '../pins/index.ts'
import { BLOCK_KINDS } from './block-kinds.ts'
import { blockCostSchema } from './cost.ts'
import { findPinFault } from './pins.ts'

/** The wall-clock time of one run. */
export const MAX_TIMEOUT_MS = 30 * 60_000

const jsonSchema = z.custom<JsonSchema>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'must be a z.object({ … })',
)
const name = z
  .string()
  .max(64)
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/)

const category = z.string().max(64)
/** The name of an icon of the Lucide set. Editors show `box` for a name that they do not know. */
const icon = z
  .string()
  .max(64)
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'must be the name of a Lucide icon, such as "table-2"')
const synonym = z.string().trim().min(1).max(50)

const blockManifestSchema = z
  .object({
    id: z.uuid(),
    name,
    description: z.string().max(2000),
    category,
    categories: z.array(category).max(20).default([]),
    /** Words that find the block in a search. Manifests that an older release has read have none. */
    synonyms: z.array(synonym).max(20).default([]),
    /** Whether searches and suggestions prefer the block. */
    common: z.boolean().optional(),
    icon: icon.default('box'),
    kind: z.enum(BLOCK_KINDS),
    staticOutput: z.boolean(),
    serial: z.boolean(),
    capabilities: capabilitiesSchema,
    onCrash: z.enum(['fail', 'retryable', 'retry']),
    timeoutMs: z.int().min(1).max(MAX_TIMEOUT_MS).optional(),
    costs: z.array(blockCostSchema).max(100).default([]),
    /** What the block needs and Ashlar does not have yet. Undefined if the block can run. */
    unavailable: z.string().trim().min(1).max(200).optional(),
    inputSchema: jsonSchema,
    outputSchema: jsonSchema,
    /** The names of the block's tests. */
    tests: z.array(z.string().max(200), 'must be a list of tests; write tests: [] if there are none').max(1000),
  })
  .superRefine(({ capabilities, onCrash }, context) => {
    if (!capabilities.sleep || !isEffectful(capabilities) || onCrash === 'retry') return
    const message =
      "a block that sleeps runs again from its start after each sleep, so a block that is also effectful must declare onCrash: 'retry'"
    context.addIssue({ code: 'custom', path: ['onCrash'], message })
  })
  .superRefine(({ capabilities, inputSchema }, context) => {
    const pins = Object.keys(inputSchema.properties ?? {})
    const wrong = listInputPins(capabilities).find((pin) => !pins.includes(pin))
    if (wrong === undefined) return
    const message = `fromInput("${wrong}") names an unknown input pin; the block has ${pins.join(', ') || 'none'}`
    context.addIssue({ code: 'custom', path: ['capabilities', 'http'], message })
  })
  .superRefine(({ staticOutput, inputSchema, outputSchema }, context) => {
    const fault = findPinFault(staticOutput, inputSchema, outputSchema)
    if (fault) context.addIssue({ code: 'custom', ...fault })
  })

/**
 * The description of a plugin that the host stores beside its code. A sandbox reads it from untrusted code, so it is
 * validated as input.
 */
export const manifestSchema = z
  .object({
    name,
    memoryMb: z.int().min(16).max(512).optional(),
    /** Whether each run has its own context, in a process that serves one user only. */
    isolated: z.boolean().optional(),
    providers: z.array(providerSchema).max(100).default([]),
    blocks: z.array(blockManifestSchema).max(1000),
  })
  .superRefine(({ name: plugin, providers, blocks }, context) => {
    for (const [i, { capabilities }] of blocks.entries())
      for (const grant of listCredentialGrants(capabilities)) {
        const message = findCredentialFault(plugin, providers, grant)
        if (message !== undefined)
          context.addIssue({ code: 'custom', path: ['blocks', i, 'capabilities', 'credentials'], message })
      }
  })

/** Checks a reference to a provider of the same plugin. Providers of other plugins are not known here. */
function findCredentialFault(
  plugin: string,
  providers: z.output<typeof providerSchema>[],
  grant: CredentialGrant,
): string | undefined {
  const name = getProviderName(grant)
  const [qualifier = '', unqualified] = name.includes('/') ? name.split('/') : [plugin, name]
  if (qualifier !== plugin) return undefined
  const provider = providers.find((each) => each.name === unqualified)
  if (!provider)
    return `the plugin has no provider "${unqualified}"; it has ${providers.map((each) => each.name).join(', ') || 'none'}`
  const scopes = provider.auth.flatMap((auth) => (auth.type === 'OAUTH2' ? Object.keys(auth.scopes) : []))
  const unknown = getScopes(grant).find((scope) => !scopes.includes(scope))
  return unknown && `the provider "${unqualified}" has no scope ${showValue(unknown)}; it has ${scopes.join(', ') || 'none'}`
}

export type PluginManifest = z.output<typeof manifestSchema>
export type BlockManifest = PluginManifest['blocks'][number]
