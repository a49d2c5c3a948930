import { relative } from 'node:path'
import { AshlarError } from '../../base/index.ts'
import { INSTALLATION } from '../../sandbox/channel/index.ts'
import type { Bundle } from '../../sandbox/calls/index.ts'
import type { Sandbox } from '../../sandbox/index.ts'
import { buildPlugin, manifestSchema, type Plugin, type PluginManifest, type PluginPackage } from '../../blocks/index.ts'
import { bundlePackage, type MappedBundle } from '../bundle/index.ts'
import { toManifestError, findNestingError } from './flaws.ts'
import { locateInSource } from './source-position.ts'

const CORDON = 'describe'
const DESCRIBE_TIMEOUT_MS = 10_000

/**
 * Bundles a plugin and reads its manifest in a sandbox. Its code is never evaluated in this process.
 *
 * @throws {AshlarError} PLUGIN_LOAD_FAILED PLUGIN_INVALID MEMORY_LIMIT
 */
export async function loadPlugin(source: PluginPackage, sandbox: Sandbox): Promise<Plugin> {
  const { packageName, version, origin } = source
  const { bundle } = await bundlePackage(source)
  return buildPlugin(
    { packageName, version, bundle, builtin: origin === 'WORKSPACE' },
    await describePackage(source, bundle, sandbox),
  )
}

/** Like {@link describeBundle}, but errors name the position in the source. */
export async function describePackage(
  { origin, folder, entry }: Pick<PluginPackage, 'origin' | 'folder' | 'entry'>,
  bundle: MappedBundle,
  sandbox: Sandbox,
): Promise<PluginManifest> {
  try {
    return await describeBundle(bundle, sandbox, CORDON, origin === 'WORKSPACE' ? INSTALLATION : CORDON)
  } catch (error) {
    throw locateInSource(error, bundle, relative(folder, entry))
  }
}

/**
 * Reads the manifest of a bundle in a sandbox.
 *
 * @param cordon calls with the same cordon may share a process
 * @param owner calls with the same owner may share an isolate: see {@link INSTALLATION}
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
          end: (error) => (error ? reject(toReadError(error)) : resolve(described)),
        },
      )
    })
    return parseManifest(manifest)
  } finally {
    sandbox.forget(scope)
  }
}

/** The plugin's code may throw while its manifest is read. */
function toReadError(error: AshlarError): AshlarError {
  if (error.code !== 'BLOCK_FAILED') return error
  return new AshlarError('PLUGIN_INVALID', `its manifest cannot be read: ${error.message}`, { cause: error })
}

function parseManifest(manifest: unknown): PluginManifest {
  const tooDeep = findNestingError(manifest)
  if (tooDeep) throw tooDeep
  const parsed = manifestSchema.safeParse(manifest)
  if (!parsed.success) throw toManifestError(parsed.error, manifest)
  return parsed.data
}
