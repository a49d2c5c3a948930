import { z } from 'zod'
import { capabilitiesSchema, isEffectful, pinsOfCapabilities, providerSchema, providersOf } from '../capabilities/index.ts'
import type { JsonSchema } from '../pins/index.ts'
import { costSchema } from './cost.ts'

/** Wall clock of one run. */
export const MAX_TIMEOUT_MS = 30 * 60_000

const jsonSchema = z.custom<JsonSchema>((value) => typeof value === 'object' && value !== null && !Array.isArray(value))
const name = z
  .string()
  .max(64)
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/)

const category = z.string().max(64)

const blockManifestSchema = z
  .object({
    id: z.uuid(),
    name,
    description: z.string().max(2000),
    category,
    categories: z.array(category).max(20).default([]),
    kind: z.enum(['standard', 'input', 'output', 'note', 'graph', 'trigger', 'approval']),
    staticOutput: z.boolean(),
    serial: z.boolean(),
    capabilities: capabilitiesSchema,
    onCrash: z.enum(['fail', 'retry']),
    timeoutMs: z.int().min(1).max(MAX_TIMEOUT_MS).optional(),
    costs: z.array(costSchema).max(100).default([]),
    inputSchema: jsonSchema,
    outputSchema: jsonSchema,
    /** Names of the block's own tests. */
    tests: z.array(z.string().max(200)).max(1000),
  })
  .superRefine(({ capabilities, onCrash }, context) => {
    if (!capabilities.sleep || !isEffectful(capabilities) || onCrash === 'retry') return
    const message =
      "a block that sleeps is run again from its beginning after each sleep, so one that also has a capability that can be seen outside must declare onCrash: 'retry'"
    context.addIssue({ code: 'custom', path: ['onCrash'], message })
  })
  .superRefine(({ capabilities, inputSchema }, context) => {
    const pins = Object.keys(inputSchema.properties ?? {})
    const wrong = pinsOfCapabilities(capabilities).find((pin) => !pins.includes(pin))
    if (wrong === undefined) return
    const message = `fromInput("${wrong}") names no input pin; there are ${pins.join(', ')}`
    context.addIssue({ code: 'custom', path: ['capabilities', 'http'], message })
  })

/** What the host keeps of a plugin beside its code; read out of it in a sandbox, so checked like any input. */
export const manifestSchema = z
  .object({
    name,
    /** Version of the SDK that declared it. */
    sdk: z.string().max(64).optional(),
    memoryMb: z.int().min(16).max(512).optional(),
    providers: z.array(providerSchema).max(100).default([]),
    blocks: z.array(blockManifestSchema).max(1000),
  })
  .superRefine(({ name: plugin, providers, blocks }, context) => {
    const own = providers.map((provider) => provider.name)
    for (const [i, block] of blocks.entries())
      for (const provider of providersOf(block.capabilities)) {
        const [qualifier = '', unqualified] = provider.includes('/') ? provider.split('/') : [plugin, provider]
        if (qualifier !== plugin || own.includes(unqualified ?? '')) continue
        const message = `the plugin has no provider "${unqualified}"; it has ${own.join(', ') || 'none'}`
        context.addIssue({ code: 'custom', path: ['blocks', i, 'capabilities', 'credentials'], message })
      }
  })

export type PluginManifest = z.output<typeof manifestSchema>
export type BlockManifest = PluginManifest['blocks'][number]
