import { relative } from 'node:path'
import type { BlockTestResult } from '@ashlar/sdk'
import { AshlarError } from '../errors/index.ts'
import { createSandbox } from '../sandbox/index.ts'
import { buildPlugin, type Plugin, type PluginOrigin } from './block.ts'
import { createDraftBundler, type DraftBundle } from './bundling/index.ts'
import { readPluginPackage, type PluginPackage } from './discover.ts'
import { runExamples, type Example } from './examples.ts'
import { describeBundle } from './load.ts'
import { locateInSource } from './source-position.ts'
import { testBlocks } from './test-blocks.ts'

/** A plugin as its author has it. */
export interface Draft {
  plugin: Plugin
  bundle: DraftBundle
}

/** What authors do with the plugin of one package: without a server, and without a database. */
export interface Workbench {
  readonly pluginPackage: PluginPackage
  /** @throws {AshlarError} PLUGIN_LOAD_FAILED PLUGIN_INVALID */
  bundle(): Promise<DraftBundle>
  /** Reads the manifest of what {@link bundle} gave, in a sandbox. @throws {AshlarError} PLUGIN_LOAD_FAILED PLUGIN_INVALID */
  describe(bundle: DraftBundle): Promise<Draft>
  /** Runs the tests of its blocks; of one alone, if it is named. */
  test(draft: Draft, block?: string): Promise<BlockTestResult[]>
  /** The first test of each block that has one, with what it yields. */
  examples(draft: Draft): Promise<Example[]>
  /** What is published in place of the source: see `DraftBundler`. @throws {AshlarError} PLUGIN_LOAD_FAILED PLUGIN_INVALID */
  module(): Promise<string>
  close(): Promise<void>
}

/** @param folder absolute path of the package @throws {AshlarError} PLUGIN_INVALID when there is no plugin in it */
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

/** @throws {AshlarError} PLUGIN_INVALID when no plugin is in the folder */
export async function findPluginPackage(folder: string, origin: PluginOrigin = 'WORKSPACE'): Promise<PluginPackage> {
  const source = await readPluginPackage(folder, origin)
  if (!source)
    throw new AshlarError('PLUGIN_INVALID', 'no plugin is here: package.json must have "ashlar": { "blocks": "./src/index.ts" }')
  if ('error' in source) throw source.error
  return source
}

function unknownBlock({ name, blocks }: Plugin, wanted: string): AshlarError {
  const names = blocks.map((block) => block.name).join(', ')
  return new AshlarError('NOT_FOUND', `plugin ${name} has no block ${JSON.stringify(wanted)}; it has ${names || 'none'}`)
}
