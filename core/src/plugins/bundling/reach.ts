import { readFileSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join, sep } from 'node:path'
import { z } from 'zod'
import { AshlarError } from '../../errors/index.ts'

/*
 * One rule says which files may become part of a bundle: those whose real path is in the package's own real directory, or in that of
 * a package that it declares as a dependency, directly or through other dependencies.
 *
 * A dependency is searched for as Node does: in `node_modules` of the package that declares it, then of every directory above. What is
 * found there counts only when
 *
 * - it is a package: it has a package.json,
 * - it does not contain the plugin itself, and
 * - its real directory is `node_modules/<name>` of some package, as package managers install it. A link to another directory (a member
 *   of a monorepo) counts when that directory's package.json has the declared name, and the plugin cannot have made the link itself:
 *   it is outside every package found so far, or the plugin is a draft.
 */

/** The directories of which files may become part of a bundle, as real paths; the package's own is the first. */
export type Reach = readonly string[]

export interface ReachOptions {
  /** Its author works on it: its `devDependencies` are installed, and links lead to other packages of the author's. */
  isDraft: boolean
}

const MAX_PACKAGES = 5000
const MAX_JSON_BYTES = 1024 * 1024

/** @throws {AshlarError} PLUGIN_INVALID when its package.json is outside it, or it has more than 5000 dependencies */
export function findReach(folder: string, { isDraft }: ReachOptions): Reach {
  const own = realpathSync(folder)
  if (!isFileIn(join(own, 'package.json'), [own]))
    throw new AshlarError('PLUGIN_INVALID', 'package.json: must be a file of the package, not a link to one outside it')
  const found = new Set([own])
  // A Set also iterates over what is added on the way.
  for (const declaring of found) {
    const { name: _, ...declared } = readPackage(declaring)
    const isOwnDraft = isDraft && declaring === own
    for (const name of namesIn(declared, isOwnDraft)) {
      const dependency = find(name, declaring)
      if (dependency && counts(dependency, own, [...found], isDraft)) found.add(dependency.real)
    }
    if (found.size > MAX_PACKAGES)
      throw new AshlarError(
        'PLUGIN_INVALID',
        `package.json: it has more than ${MAX_PACKAGES} dependencies, with those of its dependencies`,
      )
  }
  return [...found]
}

/** Whether the real path is in one of these directories. */
export function isWithin(path: string, reach: Reach): boolean {
  return reach.some((root) => path === root || path.startsWith(root.endsWith(sep) ? root : root + sep))
}

/** Whether it is a file, and links lead to nowhere else. */
export function isFileIn(path: string, reach: Reach): boolean {
  const real = realPathOf(path)
  return real !== undefined && isWithin(real, reach) && statSync(real).isFile()
}

interface Found {
  /** `node_modules/<name>` of the package that declares it, or of a directory above. */
  link: string
  real: string
  name: string
}

function find(name: string, declaring: string): Found | undefined {
  for (const folder of [declaring, ...foldersAbove(declaring)]) {
    const link = join(folder, 'node_modules', name)
    const real = basename(folder) === 'node_modules' ? undefined : realPathOf(link)
    if (real !== undefined && isFileIn(join(real, 'package.json'), [real])) return { link, real, name }
  }
  return undefined
}

function counts({ link, real, name }: Found, own: string, found: Reach, isDraft: boolean): boolean {
  if (isWithin(own, [real])) return false
  if (isInstalled(real)) return true
  return readPackage(real).name === name && (isDraft || !isWithin(link, found))
}

/** Whether package managers have put it there: `node_modules/<name>`, `node_modules/@<scope>/<name>`. */
function isInstalled(real: string): boolean {
  const above = dirname(real)
  return basename(above) === 'node_modules' || (basename(above).startsWith('@') && basename(dirname(above)) === 'node_modules')
}

function foldersAbove(path: string): string[] {
  const above = dirname(path)
  return above === path ? [] : [above, ...foldersAbove(above)]
}

const names = z.record(z.string(), z.unknown()).optional().catch(undefined)
const packageSchema = z.object({
  name: z.string().optional().catch(undefined),
  dependencies: names,
  optionalDependencies: names,
  peerDependencies: names,
  devDependencies: names,
})
type PackageJson = z.output<typeof packageSchema>

/** Empty where it is not one: then it declares nothing. */
function readPackage(folder: string): Partial<PackageJson> {
  const file = join(folder, 'package.json')
  if (!isFileIn(file, [folder]) || statSync(file).size > MAX_JSON_BYTES) return {}
  try {
    return packageSchema.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data ?? {}
  } catch {
    return {}
  }
}

/** What the host provides inside the sandbox; never part of a bundle. */
const HOST_PACKAGES: ReadonlySet<string> = new Set(['@ashlar/sdk', 'zod'])
/** Older packages may have capitals. */
const NAME = /^(@[\w~-][\w.~-]*\/)?[\w~-][\w.~-]*$/

function namesIn(
  { dependencies, optionalDependencies, peerDependencies, devDependencies }: Partial<PackageJson>,
  withDev: boolean,
): string[] {
  const all = { ...dependencies, ...optionalDependencies, ...peerDependencies, ...(withDev && devDependencies) }
  return Object.keys(all).filter((name) => NAME.test(name) && !HOST_PACKAGES.has(name))
}

function realPathOf(path: string): string | undefined {
  try {
    return realpathSync(path)
  } catch {
    return undefined
  }
}
