import type { Metafile } from 'esbuild'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { BundleInput } from './bundle.ts'
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
 * @returns undefined where that does not tell all: paths of TypeScript or Yarn, or what is no file
 */
export function pathsOf(inputs: Metafile['inputs'], { entry, folder }: BundleInput): string[] | undefined {
  const paths = new Set([folder, dirname(entry)])
  for (const [input, { imports }] of Object.entries(inputs)) {
    if (input.startsWith(DISABLED)) continue
    const file = resolve(folder, input)
    const folders = foldersAbove(file)
    if (!isFile(file) || folders.some(isOfYarn) || !addTypeScript(folders, paths)) return undefined
    paths.add(file)
    for (const each of folders) paths.add(around(each))
    for (const each of upToPackage(folders)) paths.add(each)
    for (const { path, original = path } of imports) for (const each of searched(original, folders)) paths.add(each)
  }
  for (const each of entriesOfPackages(paths)) paths.add(each)
  return [...paths]
}

/** What a package.json has replaced by nothing: the bundler names it so. */
const DISABLED = '(disabled):'

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true
}

/** The nearest first. */
function foldersAbove(path: string): string[] {
  const above = dirname(path)
  return above === path ? [] : [above, ...foldersAbove(above)]
}

function isOfYarn(folder: string): boolean {
  return YARN_FILES.some((name) => existsSync(join(folder, name)))
}

/** The first alone where there is no package. */
function upToPackage(folders: string[]): string[] {
  const index = folders.findIndex((folder) => existsSync(join(folder, 'package.json')))
  return folders.slice(0, Math.max(index, 0) + 1)
}

/** Where an import is looked for beside the folders that count anyway. @param folders above the file that has it */
function searched(specifier: string, folders: string[]): string[] {
  const [folder = ''] = folders
  if (/^\.{0,2}(\/|$)/.test(specifier)) return [dirname(resolve(folder, specifier))]
  const [scope = ''] = /^@[^/]+/.exec(specifier) ?? []
  const packages = folders.map((each) => join(each, 'node_modules')).filter((each) => existsSync(each))
  return scope === '' ? [] : packages.map((each) => join(each, scope))
}

/** Adds the settings that count for files in a folder. @returns whether they lead elsewhere only as these paths tell */
function addTypeScript(folders: string[], paths: Set<string>): boolean {
  const names = folders.flatMap((folder) => TYPESCRIPT_FILES.map((name) => join(folder, name)))
  const found = names.find((name) => existsSync(name))
  return found === undefined || addSettings(found, paths)
}

/** Settings may have comments, so their text is searched: for more than they may say. */
function addSettings(file: string, paths: Set<string>): boolean {
  if (paths.has(file)) return true
  paths.add(file)
  if (!isFile(file)) return true
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
function entriesOfPackages(paths: Set<string>): string[] {
  const folders = [...paths].filter((path) => existsSync(join(path, 'package.json')))
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
