import { resolve } from 'node:path'
import type { Block as DeclaredBlock } from '@ashlar/sdk'
import { AshlarError } from '../../base/index.ts'
import { findPluginPackage, testBlocks } from '../../catalogue/trial/index.ts'
import { loadPlugin } from '../../catalogue/loading/index.ts'
import type { Block, Plugin } from '../../blocks/index.ts'
import type { Sandbox } from '../../sandbox/index.ts'
import { withSandbox } from './sandbox.ts'
import type { TestBlock, TestPlugin } from './types.ts'

const loaded = new Map<string, Promise<Plugin>>()

/**
 * Finds a block in the plugin of a package.
 *
 * @throws {AshlarError} PLUGIN_INVALID PLUGIN_LOAD_FAILED
 * @throws {TypeError} when the plugin does not export the block
 */
export async function findBlock(folder: string, { id, name }: DeclaredBlock, sandbox: Sandbox): Promise<Block> {
  const plugin = await loadPluginFrom(folder, sandbox)
  const found = plugin.blocks.find((block) => block.id === id)
  if (!found) throw new TypeError(`block ${name} (${id}) is not exported by ${plugin.packageName}`)
  return found
}

/** Loads the plugin of a folder once. */
function loadPluginFrom(folder: string, sandbox: Sandbox): Promise<Plugin> {
  const path = resolve(folder)
  const plugin = loaded.get(path) ?? findPluginPackage(path).then((source) => loadPlugin(source, sandbox))
  loaded.set(path, plugin)
  return plugin
}

/** See {@link TestPlugin}. */
export const testPlugin: TestPlugin = (folder = process.cwd()) =>
  withSandbox(async (sandbox) => testBlocks(await loadPluginFrom(folder, sandbox), sandbox))

/** See {@link TestBlock}. */
export const testBlock: TestBlock = (block, { folder = process.cwd() } = {}) =>
  withSandbox(async (sandbox) => {
    const found = await findBlock(folder, block, sandbox)
    const results = await testBlocks({ ...found.plugin, blocks: [found] }, sandbox)
    if (results.length === 0) throw new TypeError(`block ${found.qualifiedName} declares no tests`)
    const faults = results.flatMap(({ test, difference, stack }) =>
      difference === undefined ? [] : { path: test, message: stack === undefined ? difference : `${difference}\n${stack}` },
    )
    if (faults.length === 0) return
    const message = faults.map((fault) => `${found.qualifiedName}: ${fault.path}: ${fault.message}`).join('\n')
    throw new AshlarError('TESTS_FAILED', message, { details: { faults } })
  })
