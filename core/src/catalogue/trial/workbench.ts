import { relative } from 'node:path'
import type { BlockTestResult } from '@ashlar/sdk'
import { AshlarError } from '../../base/index.ts'
import { createSandbox } from '../../sandbox/index.ts'
import { buildPlugin, type Plugin, type PluginOrigin, type PluginPackage } from '../../blocks/index.ts'
import { createDraftBundler, type DraftBundle } from '../bundle/index.ts'
import { readPluginPackage, describeBundle, locateInSource } from '../loading/index.ts'
import { runExamples, type Example } from './examples.ts'
import { testBlocks } from './test-blocks.ts'

/** A plugin that its author is working on. */
export interface Draft {
  plugin: Plugin
  bundle: DraftBundle
}

/** Bundles, describes and tests the plugin of one package, without a server or a database. */
export interface Workbench {
  readonly pluginPackage: PluginPackage
  /** @throws {AshlarError} PLUGIN_LOAD_FAILED PLUGIN_INVALID */
  bundle(): Promise<DraftBundle>
  /** Reads the manifest of a bundle in a sandbox. @throws {AshlarError} PLUGIN_LOAD_FAILED PLUGIN_INVALID */
  describe(bundle: DraftBundle): Promise<Draft>
  /** Runs the tests of its blocks. @param block the name of a block. @default all blocks */
  test(draft: Draft, block?: string): Promise<BlockTestResult[]>
  /** Runs the first test of each block that has tests, and returns its inputs and outputs. */
  examples(draft: Draft): Promise<Example[]>
  /** Bundles the package into one module for publishing: see `DraftBundler`. @throws {AshlarError} PLUGIN_LOAD_FAILED PLUGIN_INVALID */
  module(): Promise<string>
  close(): Promise<void>
}

/** @param folder absolute path of the package @throws {AshlarError} PLUGIN_INVALID when it does not contain a plugin */
export async function createWorkbench(folder: string): Promise<Workbench> {
  const pluginPackage = await findPluginPackage(folder, 'DEV')
  const bundler = createDraftBundler(pluginPackage)
  let opening: ReturnType<typeof createSandbox> | undefined
  const sandbox = (): ReturnType<typeof createSandbox> => (opening ??= createSandbox({ processes: 1 }))
  const { packageName, version } = pluginPackage
  return {
    pluginPackage,
    bundle: bundler.bundle,
    async describe(bundle) {
      const manifest = await describeBundle(bundle, await sandbox()).catch((error: unknown) => {
        throw locateInSource(error, bundle, relative(folder, pluginPackage.entry))
      })
      return { bundle, plugin: buildPlugin({ packageName, version, bundle, builtin: false }, manifest) }
    },
    async test({ plugin }, name) {
      const blocks = plugin.blocks.filter((block) => name === undefined || name === block.name || name === block.qualifiedName)
      if (blocks.length === 0 && name !== undefined) throw unknownBlock(plugin, name)
      return testBlocks({ ...plugin, blocks }, await sandbox())
    },
    examples: async ({ plugin }) => runExamples(plugin, await sandbox()),
    module: bundler.module,
    async close() {
      bundler.close()
      await (await opening)?.close()
    },
  }
}

/** @throws {AshlarError} PLUGIN_INVALID when the folder does not contain a plugin */
export async function findPluginPackage(folder: string, origin: PluginOrigin = 'WORKSPACE'): Promise<PluginPackage> {
  const source = await readPluginPackage(folder, origin)
  if (!source)
    throw new AshlarError(
      'PLUGIN_INVALID',
      'the folder does not contain a plugin: package.json must have "ashlar": { "blocks": "./src/index.ts" }',
    )
  if ('error' in source) throw source.error
  return source
}

function unknownBlock({ name, blocks }: Plugin, wanted: string): AshlarError {
  const names = blocks.map((block) => block.name).join(', ')
  return new AshlarError('NOT_FOUND', `plugin ${name} has no block ${JSON.stringify(wanted)}; it has ${names || 'none'}`)
}
