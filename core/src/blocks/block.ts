import { createHash } from 'node:crypto'
import { isEffectful, qualifyCapabilities, type Provider } from '../capabilities/index.ts'
import type { Bundle } from '../sandbox/calls/index.ts'
import type { BlockManifest, PluginManifest } from './manifest.ts'
import { describePins, type BlockPins } from './pins.ts'

/** A loaded plugin. */
export interface Plugin {
  /** npm package name. */
  packageName: string
  version: string
  /** The first part of the qualified names of its blocks. */
  name: string
  bundle: Bundle
  /**
   * Whether it is from a source of the operator. Its blocks may share a sandbox process across users, and keep no state
   * between calls.
   */
  builtin: boolean
  /** Whether each run of its blocks has its own context, in a process that serves one user only. */
  isolated: boolean | undefined
  providers: Provider[]
  blocks: Block[]
  /** The account that has installed it. Undefined for a plugin of the installation. */
  accountId?: string
}

/** The description of a block, without code. */
export interface Block extends BlockManifest, BlockPins {
  /** `text/replace` */
  qualifiedName: string
  /**
   * Whether a capability of the block has effects. Then its calls wait for the journal, and a crash repeats it only as
   * `onCrash` allows.
   */
  effectful: boolean
  /** A digest of its capabilities: the same for blocks with the same capabilities, '' without any. */
  capabilityKey: string
  plugin: Plugin
}

/**
 * The origin of a plugin: `ashlar plugin dev`, a source of the operator (`WORKSPACE`), a package that the configuration
 * names, or the store.
 */
export type PluginOrigin = 'DEV' | 'WORKSPACE' | 'PACKAGE' | 'STORE'

/** The result of loading a plugin. */
export interface PluginReport {
  packageName: string
  version: string
  origin: PluginOrigin
  status: 'LOADED' | 'FAILED'
  plugin?: Plugin
  /** In reports of the registry, the message contains the package, the location of each fault, and a remedy. */
  error?: { code: string; message: string }
  /** The account that has installed it. Undefined for a plugin of the installation. */
  accountId?: string | undefined
}

/** Builds a plugin from its manifest: qualifies names and links blocks to the plugin. */
export function buildPlugin(
  facts: Pick<Plugin, 'packageName' | 'version' | 'bundle' | 'builtin'>,
  manifest: PluginManifest,
): Plugin {
  const bundle = { ...facts.bundle, memoryMb: manifest.memoryMb }
  const providers = manifest.providers.map((provider) => ({ ...provider, qualifiedName: `${manifest.name}/${provider.name}` }))
  const { name, isolated } = manifest
  const plugin: Plugin = { ...facts, bundle, name, isolated, providers, blocks: [] }
  plugin.blocks = manifest.blocks.map((block) => ({
    ...block,
    capabilities: qualifyCapabilities(block.capabilities, manifest.name),
    qualifiedName: `${manifest.name}/${block.name}`,
    effectful: isEffectful(block.capabilities),
    capabilityKey: hashCapabilities(block.capabilities),
    ...describePins(block.inputSchema, block.outputSchema),
    plugin,
  }))
  return plugin
}

/** Why a block with the flag `unavailable` cannot run. */
export function describeUnavailable({ qualifiedName, unavailable }: Block): string {
  return `block ${qualifiedName} is not available in this version of Ashlar: it needs ${unavailable}`
}

/** Returns the manifest from which {@link buildPlugin} built a block. */
export function toBlockManifest(block: Block): BlockManifest {
  return Object.fromEntries(Object.entries(block).filter(([key]) => !DERIVED.has(key))) as BlockManifest
}

type Derived = Exclude<keyof Block, keyof BlockManifest>

const DERIVED: ReadonlySet<string> = new Set(
  Object.keys({
    plugin: true,
    qualifiedName: true,
    effectful: true,
    capabilityKey: true,
    outputPins: true,
    manyPins: true,
    manyIfPins: true,
    loopPins: true,
    donePins: true,
    caughtPins: true,
    collectPins: true,
    pagedPins: true,
    optionalPins: true,
    latestPins: true,
    feedbackPins: true,
    loopPin: true,
    stepPin: true,
    stepsPin: true,
    toolsPin: true,
  } satisfies Record<Derived, true>),
)

function hashCapabilities(capabilities: BlockManifest['capabilities']): string {
  if (Object.keys(capabilities).length === 0) return ''
  return createHash('sha256').update(JSON.stringify(capabilities)).digest('hex').slice(0, 32)
}
