import { createHash } from 'node:crypto'
import { isEffectful, qualifyCapabilities, type Provider } from '../capabilities/index.ts'
import type { Bundle } from '../sandbox/calls/index.ts'
import type { BlockManifest, PluginManifest } from './manifest.ts'

/** A plugin that has loaded. */
export interface Plugin {
  /** npm package name. */
  packageName: string
  version: string
  /** Qualifies its blocks. */
  name: string
  bundle: Bundle
  /** Comes with this installation: may share a sandbox process across users, and keeps no state between calls. */
  builtin: boolean
  providers: Provider[]
  blocks: Block[]
}

/** A block as the runtime knows it: data alone. */
export interface Block extends BlockManifest {
  /** `text/replace` */
  qualifiedName: string
  /** Uses a capability that can be seen outside: it waits for the journal, and is not simply run again. */
  effectful: boolean
  /** Follows from its capabilities: '' without any, else the same for blocks with the very same ones. */
  grant: string
  /** Names of its output pins; undefined where its schema does not tell. */
  outputPins: ReadonlySet<string> | undefined
  plugin: Plugin
}

/** Where a plugin comes from: a folder of the operator's own, a package that the configuration names, or what was published. */
export type PluginOrigin = 'DEV' | 'WORKSPACE' | 'PACKAGE' | 'STORE'

/** How it went with a plugin that was found. */
export interface PluginReport {
  packageName: string
  version: string
  origin: PluginOrigin
  status: 'LOADED' | 'FAILED'
  plugin?: Plugin
  /** From the registry, the message names the package, each fault with its location, and what to do. */
  error?: { code: string; message: string }
}

/** Qualifies and ties together what a manifest says. */
export function buildPlugin(
  facts: Pick<Plugin, 'packageName' | 'version' | 'bundle' | 'builtin'>,
  manifest: PluginManifest,
): Plugin {
  const bundle = { ...facts.bundle, memoryMb: manifest.memoryMb }
  const providers = manifest.providers.map((provider) => ({ ...provider, qualifiedName: `${manifest.name}/${provider.name}` }))
  const plugin: Plugin = { ...facts, bundle, name: manifest.name, providers, blocks: [] }
  plugin.blocks = manifest.blocks.map((block) => ({
    ...block,
    capabilities: qualifyCapabilities(block.capabilities, manifest.name),
    qualifiedName: `${manifest.name}/${block.name}`,
    effectful: isEffectful(block.capabilities),
    grant: hashCapabilities(block.capabilities),
    outputPins: block.outputSchema.properties && new Set(Object.keys(block.outputSchema.properties)),
    plugin,
  }))
  return plugin
}

/** What its plugin has said of it. */
export function toBlockManifest(block: Block): BlockManifest {
  const { plugin: _, qualifiedName: _name, effectful: _effectful, grant: _grant, outputPins: _pins, ...manifest } = block
  return manifest
}

function hashCapabilities(capabilities: BlockManifest['capabilities']): string {
  if (Object.keys(capabilities).length === 0) return ''
  return createHash('sha256').update(JSON.stringify(capabilities)).digest('hex').slice(0, 32)
}
