import { relative } from 'node:path'
import { AshlarError } from '../../base/index.ts'
import { INSTALLATION } from '../../sandbox/channel/index.ts'
import type { Bundle } from '../../sandbox/calls/index.ts'
import type { Sandbox } from '../../sandbox/index.ts'
import { createPlugin, manifestSchema, type Plugin, type PluginManifest, type PluginSource } from '../../blocks/index.ts'
import { bundleSource, type MappedBundle } from '../bundle/index.ts'
import { flawedManifest, tooDeepManifest } from './flaws.ts'
import { atSource } from './source-position.ts'

const CORDON = 'describe'
const DESCRIBE_TIMEOUT_MS = 10_000

/**
 * Bundles a plugin and has a sandbox read its manifest out; its code is never evaluated here.
 *
 * @throws {AshlarError} PLUGIN_LOAD_FAILED PLUGIN_INVALID MEMORY_LIMIT
 */
export async function loadPlugin(source: PluginSource, sandbox: Sandbox): Promise<Plugin> {
  const { packageName, version, origin } = source
  const { bundle } = await bundleSource(source)
  return createPlugin(
    { packageName, version, bundle, builtin: origin === 'WORKSPACE' },
    await describeSource(source, bundle, sandbox),
  )
}

/** As {@link describeBundle}; errors name the place in the source. */
export async function describeSource(
  { origin, folder, entry }: Pick<PluginSource, 'origin' | 'folder' | 'entry'>,
  bundle: MappedBundle,
  sandbox: Sandbox,
): Promise<PluginManifest> {
  try {
    return await describeBundle(bundle, sandbox, CORDON, origin === 'WORKSPACE' ? INSTALLATION : CORDON)
  } catch (error) {
    throw atSource(error, bundle, relative(folder, entry))
  }
}

/**
 * Has a sandbox read the manifest out of a bundle.
 *
 * @param cordon who shares the process with it
 * @param owner whose isolate it has: see {@link INSTALLATION}
 * @throws {AshlarError} PLUGIN_LOAD_FAILED PLUGIN_INVALID MEMORY_LIMIT TIMEOUT CPU_LIMIT SANDBOX_LOST
 */
export async function describeBundle(bundle: Bundle, sandbox: Sandbox, cordon = CORDON, owner = cordon): Promise<PluginManifest> {
  const scope = `describe:${bundle.digest}`
  try {
    const manifest = await new Promise<unknown>((resolve, reject) => {
      let described: unknown
      const request = { kind: 'describe', bundle, cordon, owner, scope, affinity: scope, block: '' } as const
      sandbox.call(
        { ...request, input: () => 'null', timeoutMs: DESCRIBE_TIMEOUT_MS },
        {
          output: () => {},
          manifest: (value) => (described = value),
          end: (error) => (error ? reject(unreadable(error)) : resolve(described)),
        },
      )
    })
    return parseManifest(manifest)
  } finally {
    sandbox.forget(scope)
  }
}

/** What the code says of itself it says with code, which may throw. */
function unreadable(error: AshlarError): AshlarError {
  if (error.code !== 'BLOCK_FAILED') return error
  return new AshlarError('PLUGIN_INVALID', `its manifest cannot be read: ${error.message}`, { cause: error })
}

function parseManifest(manifest: unknown): PluginManifest {
  const tooDeep = tooDeepManifest(manifest)
  if (tooDeep) throw tooDeep
  const parsed = manifestSchema.safeParse(manifest)
  if (!parsed.success) throw flawedManifest(parsed.error, manifest)
  return parsed.data
}
