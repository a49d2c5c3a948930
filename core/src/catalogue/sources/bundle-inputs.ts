import type { Metafile } from 'esbuild'
import { readFileSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { BundleInput } from '../bundle/index.ts'
import { TYPESCRIPT_FILES, YARN_FILES, around } from './stamps.ts'

/**
 * All that a bundle depends on, as paths for a `Stamper`: as long as their stamps stay, bundling again gives the same text.
 *
 * - Every file that was read.
 * - The folders in which the bundler tries names one after the other, so that a new file may come before the one that it found: of
 *   each file that was read up to its package, where a relative import leads, and where a package.json says that an entry is.
 * - What is around them, up to the root: package.json (what is exported, and how), tsconfig.json with what it extends,
 *   node_modules, and in it the folder of a scope that something is imported from.
 *
 * @param isThere tells of a path
 * @returns undefined where that does not tell all: paths of TypeScript or Yarn, or what is no file
 */
export function pathsOf(
  inputs: Metafile['inputs'],
  { entry, folder }: BundleInput,
  isThere: (path: string) => boolean,
): string[] | undefined {
  const paths = new Set([folder, dirname(entry)])
  const files = Object.entries(inputs).filter(([input]) => !input.startsWith(DISABLED))
  for (const [parent, within] of Map.groupBy(files, ([input]) => dirname(resolve(folder, input)))) {
    const folders = [parent, ...foldersAbove(parent)]
    if (folders.some((each) => YARN_FILES.some((name) => isThere(join(each, name))))) return undefined
    if (!addTypeScript(folders, paths, isThere)) return undefined
    for (const each of folders) paths.add(around(each))
    for (const each of upToPackage(folders, isThere)) paths.add(each)
    for (const [input, { imports }] of within) {
      paths.add(resolve(folder, input))
      for (const { path, original = path } of imports) for (const each of searched(original, folders, isThere)) paths.add(each)
    }
  }
  for (const each of entriesOfPackages(paths, isThere)) paths.add(each)
  return files.every(([input]) => isThere(resolve(folder, input))) ? [...paths] : undefined
}

/** What a package.json has replaced by nothing: the bundler names it so. */
const DISABLED = '(disabled):'

/** The nearest first. */
function foldersAbove(path: string): string[] {
  const above = dirname(path)
  return above === path ? [] : [above, ...foldersAbove(above)]
}

/** The first alone where there is no package. */
function upToPackage(folders: string[], isThere: (path: string) => boolean): string[] {
  const index = folders.findIndex((folder) => isThere(join(folder, 'package.json')))
  return folders.slice(0, Math.max(index, 0) + 1)
}

/** Where an import is looked for beside the folders that count anyway. @param folders above the file that has it */
function searched(specifier: string, folders: string[], isThere: (path: string) => boolean): string[] {
  const [folder = ''] = folders
  if (/^\.{0,2}(\/|$)/.test(specifier)) return [dirname(resolve(folder, specifier))]
  const [scope = ''] = /^@[^/]+/.exec(specifier) ?? []
  if (scope === '') return []
  const packages = folders.map((each) => join(each, 'node_modules')).filter(isThere)
  return packages.map((each) => join(each, scope))
}

/** Adds the settings that count for files in a folder. @returns whether they lead elsewhere only as these paths tell */
function addTypeScript(folders: string[], paths: Set<string>, isThere: (path: string) => boolean): boolean {
  const names = folders.flatMap((folder) => TYPESCRIPT_FILES.map((name) => join(folder, name)))
  const found = names.find(isThere)
  return found === undefined || addSettings(found, paths)
}

/** Settings may have comments, so their text is searched: for more than they may say. */
function addSettings(file: string, paths: Set<string>): boolean {
  if (paths.has(file)) return true
  paths.add(file)
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) return true
  const text = readFileSync(file, 'utf8')
  if (/"(paths|baseUrl|rootDirs)"/.test(text) || text.includes('\\u')) return false
  const bases = [...text.matchAll(/"extends"\s*:\s*("([^"]*)")?/g)].map(([, , base = '']) => base)
  return bases.every((base) => {
    if (!base.startsWith('.')) return false
    const path = resolve(dirname(file), base)
    return addSettings(path, paths) && addSettings(`${path}.json`, paths)
  })
}

const ENTRY_FIELDS = ['browser', 'module', 'main']

/** The folders of the files that the packages around name as their entries, which need not be there. */
function entriesOfPackages(paths: Set<string>, isThere: (path: string) => boolean): string[] {
  const folders = [...paths].filter((path) => paths.has(around(path)) && isThere(join(path, 'package.json')))
  return folders.flatMap((folder) => {
    const names = textsIn(readJson(join(folder, 'package.json')), ENTRY_FIELDS)
    return names.map((name) => resolve(folder, name)).flatMap((path) => [path, dirname(path)])
  })
}

/** The bundler takes one that is not JSON for an empty one. */
function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

/** @param fields of the outermost object that count */
function textsIn(value: unknown, fields?: readonly string[]): string[] {
  if (typeof value === 'string') return fields ? [] : [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, each]) => (fields?.includes(name) === false ? [] : textsIn(each)))
}
