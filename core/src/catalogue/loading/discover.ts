import { existsSync } from 'node:fs'
import { readdir, readFile, realpath } from 'node:fs/promises'
import { basename, join, resolve, sep } from 'node:path'
import { z } from 'zod'
import { AshlarError, describeIssues, errorMessage, showFaults, type ErrorCode, mapConcurrently } from '../../base/index.ts'
import type { PluginOrigin, PluginPackage } from '../../blocks/index.ts'
import { readWithin } from '../bundle/files/index.ts'
import { findSdkVersion, packedSdkSchema, sdkFault, sdkRangesSchema, storableText, packageNameSchema } from '../package/index.ts'

/** The maximum number of packages that are read concurrently. Each holds a file open. */
const MAX_CONCURRENT_READS = 32

const packageSchema = z.object({
  name: storableText(214).min(1),
  version: storableText(64).default('0.0.0'),
  ashlar: z.object({ blocks: z.string().min(1), sdk: packedSdkSchema }),
  ...sdkRangesSchema.shape,
})

/** A plugin package whose package.json is invalid, with the reason. */
export interface BrokenPackage {
  origin: PluginOrigin
  folder: string
  packageName: string
  error: AshlarError
}

/**
 * Finds the plugin packages in sources: folders whose package.json has `"ashlar": { "blocks": … }`.
 *
 * @param roots the sources
 * @param packages folders of packages that the configuration names
 */
export async function discoverPlugins(
  roots: readonly string[],
  packages: readonly string[] = [],
): Promise<(PluginPackage | BrokenPackage)[]> {
  const [own, named] = await Promise.all([Promise.all(roots.map(discoverIn)), Promise.all(packages.map(readNamedPackage))])
  return rejectDuplicates([...own.flat(), ...named])
}

/**
 * Of two packages with one name, the first counts, so that a copy never replaces its original. The other is reported
 * under another name.
 */
function rejectDuplicates(sources: (PluginPackage | BrokenPackage)[]): (PluginPackage | BrokenPackage)[] {
  const firsts = new Map<string, string>()
  return sources.flatMap((source) => {
    const { origin, folder, packageName } = source
    const key = `${origin} ${packageName}`
    const first = firsts.get(key)
    if (first === undefined) {
      firsts.set(key, folder)
      return source
    }
    if (first === folder) return []
    const message = `package.json: the name "${packageName}" is already used by the package in the folder ${basename(first)}`
    const error = new AshlarError('DUPLICATE_BLOCK', message)
    return { origin, folder, packageName: `${packageName} (${basename(folder)})`, error }
  })
}

/** A package that the configuration names must be a plugin. */
async function readNamedPackage(folder: string): Promise<PluginPackage | BrokenPackage> {
  const source = await readPluginPackage(folder, 'PACKAGE')
  const broken = (why: string): BrokenPackage => {
    const packageName = source?.packageName ?? basename(folder)
    return { origin: 'PACKAGE', folder, packageName, error: new AshlarError('PLUGIN_INVALID', `package.json: ${why}`) }
  }
  if (!source) return broken('it has no "ashlar": { "blocks": … }')
  const { error } = packageNameSchema.safeParse(source.packageName)
  return error ? broken(`name: ${error.issues[0]?.message}`) : source
}

async function discoverIn(root: string): Promise<(PluginPackage | BrokenPackage)[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    throw new AshlarError('CONFIG_INVALID', `plugin folder ${root} cannot be read: ${error.code ?? error.message}`, {
      cause: error,
    })
  })
  const folders = entries.filter((entry) => entry.isDirectory() || entry.isSymbolicLink()).map(({ name }) => join(root, name))
  const sources = await mapConcurrently(folders.toSorted(), MAX_CONCURRENT_READS, (folder) =>
    readPluginPackage(folder, 'WORKSPACE'),
  )
  return sources.filter((source) => source !== undefined)
}

/** @returns undefined when the folder does not contain a plugin */
export async function readPluginPackage(
  folder: string,
  origin: PluginOrigin = 'WORKSPACE',
): Promise<PluginPackage | BrokenPackage | undefined> {
  const text = await readPackageJson(folder, origin)
  if (text === undefined) return undefined
  let packageName = basename(folder)
  const refuse = (message: string, code: ErrorCode = 'PLUGIN_INVALID'): BrokenPackage => {
    return { origin, folder, packageName, error: new AshlarError(code, message) }
  }
  if (typeof text !== 'string') return refuse(text.refusal)
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    return refuse(`package.json is not JSON: ${errorMessage(error)}`)
  }
  if (typeof json !== 'object' || json === null || !('ashlar' in json)) return undefined
  const parsed = packageSchema.safeParse(json)
  if (!parsed.success) return refuse(`package.json: ${showFaults(describeIssues(parsed.error, json))}`)
  packageName = parsed.data.name
  const sdk = findSdkVersion(parsed.data.ashlar.sdk, parsed.data)
  const fault = sdkFault(sdk)
  if (fault !== undefined) return refuse(`package.json: ${fault}`, 'SDK_TOO_OLD')
  const entry = resolve(folder, parsed.data.ashlar.blocks)
  const real = await realpath(entry).catch(() => undefined)
  if (real === undefined) return refuse(`package.json: "ashlar.blocks" names ${parsed.data.ashlar.blocks}, which does not exist`)
  if (!real.startsWith((await realpath(folder)) + sep))
    return refuse('package.json: "ashlar.blocks" must be a file inside the package')
  return { origin, folder, packageName, version: parsed.data.version, entry, sdk }
}

const MAX_PACKAGE_JSON_BYTES = 1024 * 1024

/**
 * Reads the package.json of a folder. Messages about a file that is not JSON quote it, so an untrusted package may not
 * have a link to a file outside it.
 *
 * @returns undefined when there is no such file
 */
async function readPackageJson(folder: string, origin: PluginOrigin): Promise<string | { refusal: string } | undefined> {
  const file = join(folder, 'package.json')
  if (origin === 'WORKSPACE' || !existsSync(file)) return readFile(file, 'utf8').catch(() => undefined)
  const read = readWithin(file, [await realpath(folder)], MAX_PACKAGE_JSON_BYTES)
  if ('contents' in read) return String(read.contents)
  return {
    refusal:
      read.refusal === 'TOO_LARGE'
        ? `package.json: is larger than ${MAX_PACKAGE_JSON_BYTES} bytes`
        : 'package.json: must be a file inside the package, not a link to a file outside it',
  }
}
