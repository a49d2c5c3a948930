import { resolve } from 'node:path'
import { AshlarError } from '../errors/index.ts'
import { loadPlugin, readSource, testBlocks, type Plugin } from '../plugins/index.ts'
import type { Sandbox } from '../sandbox/index.ts'
import { withSandbox } from './sandbox.ts'
import type { TestPlugin } from './types.ts'

const loaded = new Map<string, Promise<Plugin>>()

/**
 * The plugin of a package, bundled and read in the sandbox; once for each folder.
 *
 * @throws {AshlarError} PLUGIN_INVALID when there is none, PLUGIN_LOAD_FAILED
 */
export function pluginIn(folder: string, sandbox: Sandbox): Promise<Plugin> {
  const path = resolve(folder)
  const plugin = loaded.get(path) ?? load(path, sandbox)
  loaded.set(path, plugin)
  return plugin
}

async function load(folder: string, sandbox: Sandbox): Promise<Plugin> {
  const source = await readSource(folder)
  if (!source)
    throw new AshlarError(
      'PLUGIN_INVALID',
      'there is no plugin here: package.json must have "ashlar": { "blocks": "./src/index.ts" }',
    )
  if ('error' in source) throw source.error
  return loadPlugin(source, sandbox)
}

/** See {@link TestPlugin}. */
export const testPlugin: TestPlugin = (folder = process.cwd()) =>
  withSandbox(async (sandbox) => testBlocks(await pluginIn(folder, sandbox), sandbox))
