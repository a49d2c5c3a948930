import type { Metafile } from 'esbuild'
import { readFileSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { HOST_NAMESPACE, NODE_NAMESPACE, WASM_NAMESPACE, type BundleInput } from '../bundle/index.ts'
import { TYPESCRIPT_FILES, YARN_FILES, toSurroundingsPath } from './stamps.ts'

/**
 * Lists everything that a bundle depends on, as paths for a `Stamper`. While the stamps stay the same, bundling gives
 * the same text.
 *
 * The inputs in the metafile of the last build are not enough: a new file can take precedence over an input, and the
 * metafile does not contain the paths at which the bundler found nothing. The list therefore contains:
 *
 * - every input, and its folder
 * - the surroundings of an input in every folder above it: package.json, tsconfig.json with the files that it extends,
 *   node_modules
 * - every path at which the bundler may look for an import: see {@link listCandidates} and {@link addCandidate}
 *
 * @param exists whether a path exists
 * @returns undefined when the list would not be complete: with TypeScript paths, Yarn Plug'n'Play, an import by a
 * pattern (`import('./' + name + '.ts')`, external in the metafile), or an input that is not a file
 */
export function listDependencyPaths(
  inputs: Metafile['inputs'],
  { entry, folder }: BundleInput,
  exists: (path: string) => boolean,
): string[] | undefined {
  const paths = new Set([folder, dirname(entry)])
  const files = Object.entries(inputs).filter(([input]) => !VIRTUAL.some((prefix) => input.startsWith(prefix)))
  if (files.some(([, { imports }]) => imports.some(({ path, external }) => external && path.includes('*')))) return undefined
  for (const [parent, siblings] of Map.groupBy(files, ([input]) => dirname(resolve(folder, input)))) {
    const folders = [parent, ...foldersAbove(parent)]
    if (folders.some((each) => YARN_FILES.some((name) => exists(join(each, name))))) return undefined
    if (!addTsconfigs(folders, paths, exists)) return undefined
    paths.add(parent)
    for (const each of folders) paths.add(toSurroundingsPath(each))
    for (const [input, { imports }] of siblings) {
      paths.add(resolve(folder, input))
      for (const { path, original = path, external } of imports)
        if (!external) for (const candidate of listCandidates(original, folders, exists)) addCandidate(candidate, paths, exists)
    }
  }
  return files.every(([input]) => exists(resolve(folder, input))) ? [...paths] : undefined
}

/** Prefixes of inputs that are no files, such as an empty module in place of a disabled one. */
const VIRTUAL = ['(disabled):', ...[NODE_NAMESPACE, HOST_NAMESPACE, WASM_NAMESPACE].map((name) => `${name}:`)]

/** Lists the folders above a path, the nearest first. */
function foldersAbove(path: string): string[] {
  const above = dirname(path)
  return above === path ? [] : [above, ...foldersAbove(above)]
}

/**
 * Lists the paths that an import may mean, without extensions. The bundler takes the first at which it finds a module.
 *
 * @param folders the folder of the importing file and all folders above it
 */
function listCandidates(specifier: string, folders: string[], exists: (path: string) => boolean): string[] {
  const [parent = ''] = folders
  if (/^\.{0,2}(\/|$)/.test(specifier)) return [resolve(parent, specifier)]
  const [packageName = ''] = /^(@[^/]+\/)?[^/]+/.exec(specifier) ?? []
  const installed = folders.map((each) => join(each, 'node_modules')).filter(exists)
  const inPackages = installed.flatMap((each) => [join(each, packageName), join(each, specifier)])
  // A style sheet imports relative paths without "./".
  return [join(parent, specifier), ...inPackages]
}

const ENTRY_FIELDS = ['browser', 'module', 'main']

/**
 * Adds a path that an import may mean: with an extension, as a folder with an index file, or as a package, whose
 * entries may be missing.
 */
function addCandidate(path: string, paths: Set<string>, exists: (path: string) => boolean): void {
  const packageJson = join(path, 'package.json')
  if (!paths.has(packageJson) && exists(packageJson)) {
    paths.add(packageJson)
    for (const name of collectStrings(readJson(packageJson), ENTRY_FIELDS))
      for (const each of [resolve(path, name), dirname(resolve(path, name))]) paths.add(each)
  }
  paths.add(path)
  paths.add(dirname(path))
}

/** The bundler treats a file that is not JSON as an empty one. */
function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

/** Collects the strings in a JSON value. @param fields the fields of the outermost object to read. @default all */
function collectStrings(value: unknown, fields?: readonly string[]): string[] {
  if (typeof value === 'string') return fields ? [] : [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, each]) => (fields?.includes(name) === false ? [] : collectStrings(each)))
}

/**
 * Adds the tsconfig.json that applies to the first folder.
 *
 * @returns false when it may map imports to paths that are not listed
 */
function addTsconfigs(folders: string[], paths: Set<string>, exists: (path: string) => boolean): boolean {
  const names = folders.flatMap((folder) => TYPESCRIPT_FILES.map((name) => join(folder, name)))
  const found = names.find(exists)
  return found === undefined || addTsconfig(found, paths)
}

/** The file may contain comments, so its text is searched. This also finds what only looks like a setting. */
function addTsconfig(file: string, paths: Set<string>): boolean {
  if (paths.has(file)) return true
  paths.add(file)
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) return true
  const text = readFileSync(file, 'utf8')
  if (/"(paths|baseUrl|rootDirs)"/.test(text) || text.includes('\\u')) return false
  const bases = [...text.matchAll(/"extends"\s*:\s*("([^"]*)")?/g)].map(([, , base = '']) => base)
  return bases.every((base) => {
    if (!base.startsWith('.')) return false
    const path = resolve(dirname(file), base)
    return addTsconfig(path, paths) && addTsconfig(`${path}.json`, paths)
  })
}
