import { lstatSync, readlinkSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { z } from 'zod'
import { AshlarError } from '../../../base/index.ts'
import { isWithin, readWithin, findRealPath, type Reach } from './within.ts'

/*
 * A file may become part of a bundle if its real path is in the real directory of the package, or of a package that it declares as a
 * dependency, directly or through other dependencies.
 *
 * A dependency is resolved as in Node: in `node_modules` of the package that declares it, then of every directory above. A directory that
 * is found there counts only if
 *
 * - it is a package: it has a package.json,
 * - it does not contain the plugin itself, and
 * - its real directory is `node_modules/<name>` of some package, as package managers install it. A link to another directory (a member
 *   of a monorepo) counts when that directory's package.json has the declared name, and the plugin cannot have made the link itself:
 *   it is outside every package found so far, or the plugin is a draft.
 */

interface ReachOptions {
  /** Whether the plugin is a draft: its `devDependencies` are installed, and links may lead to other packages of its author. */
  isDraft: boolean
}

/** The maximum number of packages that a bundler process can see: bubblewrap accepts 9000 arguments. */
const MAX_PACKAGES = 1000
const MAX_JSON_BYTES = 1024 * 1024

/** @throws {AshlarError} PLUGIN_INVALID when its package.json is outside the package, or it has 1000 or more dependencies */
export function findReach(folder: string, { isDraft }: ReachOptions): Reach {
  const own = realpathSync(folder)
  if (!isFileIn(join(own, 'package.json'), [own]))
    throw new AshlarError('PLUGIN_INVALID', 'package.json: must be a file inside the package, not a link to a file outside it')
  const roots = [own]
  const links = new Map<string, string>()
  const add = (name: string, declaring: string): void => {
    const dependency = findDependency(name, declaring)
    if (!dependency || !isReachable(dependency, own, roots, isDraft)) return
    if (!roots.includes(dependency.real)) roots.push(dependency.real)
    links.set(dependency.link, dependency.real)
  }
  let next = 0
  const followAll = (): void => {
    for (; next < roots.length && roots.length <= MAX_PACKAGES; next++)
      for (const name of listDeclared(roots[next] ?? own)) add(name, roots[next] ?? own)
  }
  followAll()
  if (roots.length > MAX_PACKAGES) {
    const message = `package.json: the package has more than ${MAX_PACKAGES - 1} direct and transitive dependencies`
    throw new AshlarError('PLUGIN_INVALID', message)
  }
  if (isDraft) {
    // Above the limit, the last devDependencies are omitted: a bundled package should be in "dependencies".
    for (const name of listValidNames(readPackage(own).devDependencies)) add(name, own)
    followAll()
  }
  return { roots, links: linksOutside(links, roots) }
}

/** Longer chains of links are not followed. */
const MAX_HOPS = 40

/** Finds the first path outside the directories in each chain of links. Only files inside the directories are visible under their own paths. */
function linksOutside(links: ReadonlyMap<string, string>, roots: readonly string[]): [path: string, target: string][] {
  const outside = new Map<string, string>()
  for (const [link, real] of links) {
    let path = link
    for (let hops = 0; hops < MAX_HOPS && isWithin(path, roots) && path !== real; hops++) path = followFirstLink(path)
    if (!isWithin(path, roots)) outside.set(path, real)
  }
  return [...outside]
}

/** Replaces the first symbolic link in a path with its target. */
function followFirstLink(path: string): string {
  const link = [...foldersAbove(path).toReversed(), path].find((each) =>
    lstatSync(each, { throwIfNoEntry: false })?.isSymbolicLink(),
  )
  return link === undefined ? path : join(resolve(dirname(link), readlinkSync(link)), relative(link, path))
}

/** Whether the path is a file and its real path is in one of the directories. */
export function isFileIn(path: string, roots: readonly string[]): boolean {
  const real = findRealPath(path)
  return real !== undefined && isWithin(real, roots) && statSync(real).isFile()
}

interface Found {
  /** `node_modules/<name>` of the package that declares it, or of a directory above. */
  link: string
  real: string
  name: string
}

function findDependency(name: string, declaring: string): Found | undefined {
  for (const folder of [declaring, ...foldersAbove(declaring)]) {
    const link = join(folder, 'node_modules', name)
    const real = basename(folder) === 'node_modules' ? undefined : findRealPath(link)
    if (real !== undefined && isFileIn(join(real, 'package.json'), [real])) return { link, real, name }
  }
  return undefined
}

function isReachable({ link, real, name }: Found, own: string, found: readonly string[], isDraft: boolean): boolean {
  if (isWithin(own, [real])) return false
  if (isInstalled(real)) return true
  return readPackage(real).name === name && (isDraft || !isWithin(link, found))
}

/** Whether it is a directory where package managers install packages: `node_modules/<name>`, `node_modules/@<scope>/<name>`. */
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

/** Returns an empty object if the file is not valid: it then declares nothing. */
function readPackage(folder: string): Partial<PackageJson> {
  try {
    const read = readWithin(join(folder, 'package.json'), [folder], MAX_JSON_BYTES)
    return 'contents' in read ? (packageSchema.safeParse(JSON.parse(String(read.contents))).data ?? {}) : {}
  } catch {
    return {}
  }
}

/** What the host provides inside the sandbox; never part of a bundle. */
const HOST_PACKAGES: ReadonlySet<string> = new Set(['@ashlar/sdk', 'zod'])
/** Names of old packages may contain capitals. */
const NAME = /^(@[\w~-][\w.~-]*\/)?[\w~-][\w.~-]*$/

function listDeclared(folder: string): string[] {
  const { dependencies, optionalDependencies, peerDependencies } = readPackage(folder)
  return listValidNames({ ...dependencies, ...optionalDependencies, ...peerDependencies })
}

function listValidNames(declared: PackageJson['dependencies']): string[] {
  return Object.keys(declared ?? {}).filter((name) => NAME.test(name) && !HOST_PACKAGES.has(name))
}
