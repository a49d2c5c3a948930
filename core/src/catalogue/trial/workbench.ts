import { relative } from 'node:path'
import type { BlockTestResult } from '@ashlar/sdk'
import { AshlarError } from '../../base/index.ts'
import { createSandbox } from '../../sandbox/index.ts'
import { createPlugin, type Plugin, type PluginOrigin, type PluginSource } from '../../blocks/index.ts'
import { createDraftBundler, type DraftBundle } from '../bundle/index.ts'
import { readSource, describeBundle, atSource } from '../loading/index.ts'
import { runExamples, type Example } from './examples.ts'
import { testBlocks } from './test-blocks.ts'

/** A plugin as its author has it. */
export interface Draft {
  plugin: Plugin
  bundle: DraftBundle
}

/** What authors do with the plugin of one package: without a server, and without a database. */
export interface Workbench {
  readonly source: PluginSource
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
  const source = await findSource(folder, 'DEV')
  const bundler = createDraftBundler(source)
  let opening: ReturnType<typeof createSandbox> | undefined
  const sandbox = (): ReturnType<typeof createSandbox> => (opening ??= createSandbox({ processes: 1 }))
  const { packageName, version } = source
  return {
    source,
    bundle: bundler.bundle,
    async describe(bundle) {
      const manifest = await describeBundle(bundle, await sandbox()).catch((error: unknown) => {
        throw atSource(error, bundle, relative(folder, source.entry))
      })
      return { bundle, plugin: createPlugin({ packageName, version, bundle, builtin: false }, manifest) }
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
export async function findSource(folder: string, origin: PluginOrigin = 'WORKSPACE'): Promise<PluginSource> {
  const source = await readSource(folder, origin)
  if (!source)
    throw new AshlarError('PLUGIN_INVALID', 'no plugin is here: package.json must have "ashlar": { "blocks": "./src/index.ts" }')
  if ('error' in source) throw source.error
  return source
}

function unknownBlock({ name, blocks }: Plugin, wanted: string): AshlarError {
  const names = blocks.map((block) => block.name).join(', ')
  return new AshlarError('NOT_FOUND', `plugin ${name} has no block ${JSON.stringify(wanted)}; it has ${names || 'none'}`)
}
