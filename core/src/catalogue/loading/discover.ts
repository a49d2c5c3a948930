import { existsSync } from 'node:fs'
import { readdir, readFile, realpath } from 'node:fs/promises'
import { basename, join, resolve, sep } from 'node:path'
import { z } from 'zod'
import { AshlarError, describeIssues, messageOf, showFaults, type ErrorCode, inLanes } from '../../base/index.ts'
import type { PluginOrigin, PluginSource } from '../../blocks/index.ts'
import { readWithin } from '../bundle/files/index.ts'
import { madeForSdk, packedSdkSchema, sdkFault, sdkRangesSchema, keptText, packageNameSchema } from '../package/index.ts'

/** Packages that are read at once: each keeps a file open. */
const AT_ONCE = 32

const packageSchema = z.object({
  name: keptText(214).min(1),
  version: keptText(64).default('0.0.0'),
  ashlar: z.object({ blocks: z.string().min(1), sdk: packedSdkSchema }),
  ...sdkRangesSchema.shape,
})

/** A package whose manifest is broken, with the reason. */
export interface BrokenSource {
  origin: PluginOrigin
  folder: string
  packageName: string
  error: AshlarError
}

/**
 * Finds the plugin packages in the folders of a workspace: those whose package.json has `"ashlar": { "blocks": … }`.
 *
 * @param packages folders of packages that the configuration names
 */
export async function discoverPlugins(
  roots: readonly string[],
  packages: readonly string[] = [],
): Promise<(PluginSource | BrokenSource)[]> {
  const [own, named] = await Promise.all([Promise.all(roots.map(discoverIn)), Promise.all(packages.map(readNamed))])
  return refuseCopies([...own.flat(), ...named])
}

/** The first of a name counts, so that a copy never takes the place of what it was made of. It gets a name that no package has. */
function refuseCopies(sources: (PluginSource | BrokenSource)[]): (PluginSource | BrokenSource)[] {
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
    const message = `package.json: the name "${packageName}" belongs to the folder ${basename(first)} already`
    const error = new AshlarError('DUPLICATE_BLOCK', message)
    return { origin, folder, packageName: `${packageName} (${basename(folder)})`, error }
  })
}

/** One that is named is a plugin, or broken. */
async function readNamed(folder: string): Promise<PluginSource | BrokenSource> {
  const source = await readSource(folder, 'PACKAGE')
  const broken = (why: string): BrokenSource => {
    const packageName = source?.packageName ?? basename(folder)
    return { origin: 'PACKAGE', folder, packageName, error: new AshlarError('PLUGIN_INVALID', `package.json: ${why}`) }
  }
  if (!source) return broken('it has no "ashlar": { "blocks": … }')
  const { error } = packageNameSchema.safeParse(source.packageName)
  return error ? broken(`name: ${error.issues[0]?.message}`) : source
}

async function discoverIn(root: string): Promise<(PluginSource | BrokenSource)[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    throw new AshlarError('CONFIG_INVALID', `plugin folder ${root} cannot be read: ${error.code ?? error.message}`, {
      cause: error,
    })
  })
  const folders = entries.filter((entry) => entry.isDirectory() || entry.isSymbolicLink()).map(({ name }) => join(root, name))
  const sources = await inLanes(folders.toSorted(), AT_ONCE, (folder) => readSource(folder, 'WORKSPACE'))
  return sources.filter((source) => source !== undefined)
}

/** @returns undefined when the folder holds no plugin */
export async function readSource(
  folder: string,
  origin: PluginOrigin = 'WORKSPACE',
): Promise<PluginSource | BrokenSource | undefined> {
  const text = await readPackageJson(folder, origin)
  if (text === undefined) return undefined
  let packageName = basename(folder)
  const refuse = (message: string, code: ErrorCode = 'PLUGIN_INVALID'): BrokenSource => {
    return { origin, folder, packageName, error: new AshlarError(code, message) }
  }
  if (typeof text !== 'string') return refuse(text.refusal)
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    return refuse(`package.json is not JSON: ${messageOf(error)}`)
  }
  if (typeof json !== 'object' || json === null || !('ashlar' in json)) return undefined
  const parsed = packageSchema.safeParse(json)
  if (!parsed.success) return refuse(`package.json: ${showFaults(describeIssues(parsed.error, json))}`)
  packageName = parsed.data.name
  const sdk = madeForSdk(parsed.data.ashlar.sdk, parsed.data)
  const fault = sdkFault(sdk)
  if (fault !== undefined) return refuse(`package.json: ${fault}`, 'SDK_TOO_OLD')
  const entry = resolve(folder, parsed.data.ashlar.blocks)
  const real = await realpath(entry).catch(() => undefined)
  if (real === undefined) return refuse(`package.json: "ashlar.blocks" names ${parsed.data.ashlar.blocks}, which does not exist`)
  if (!real.startsWith((await realpath(folder)) + sep)) return refuse('package.json: "ashlar.blocks" must lie inside the package')
  return { origin, folder, packageName, version: parsed.data.version, entry, sdk }
}

const MAX_PACKAGE_JSON_BYTES = 1024 * 1024

/**
 * Reads the package.json of a folder. Messages about a file that is not JSON quote it, so an untrusted package may not have a link to a
 * file outside it.
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
        : 'package.json: must be a file of the package, not a link to one outside it',
  }
}
