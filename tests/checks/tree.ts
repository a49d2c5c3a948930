import { posix } from 'node:path'
import { isTest, listImports, readSources, reportFaults, type SourceFile } from './source-files.ts'

/*
 * Checks the form of the source tree:
 * - A folder has at most 15 source files.
 * - A folder that has an index.ts is imported through it. Tests may import any file of their package.
 * - Folders do not import each other in a circle, types included. Each folder counts with its own files only, not with
 *   its subfolders.
 * - No two files of a folder have names that differ by an "s" only.
 */

const MAX_FILES = 15
/** Migrations are kept forever, one file each. */
const UNLIMITED = /\/migrations$/

/** The folders of core, from the bottom to the top. The longest path that matches determines the layer of a file. */
const LAYERS = [
  'node-modules',
  'base',
  'pins',
  'postgres',
  'confinement',
  'sandbox/channel',
  'sandbox/guest/io',
  'web-platform',
  'sandbox',
  'workspaces',
  'capabilities',
  'blocks',
  'recording',
  'engine',
  'catalogue',
  'domains',
  'runtime',
  'domains/executions',
  'engine/simulation',
  'testing',
].map((folder) => `core/src/${folder}/`)

/** Each fault as one line, `path: what is wrong`. */
export function findTreeFaults(files: readonly SourceFile[]): string[] {
  const sources = files.filter(({ path }) => !isTest(path) && !path.endsWith('.d.ts') && path.includes('/src/'))
  const known = new Set(files.map(({ path }) => path))
  return [
    ...sizeFaults(sources),
    ...nameFaults(sources),
    ...entryFaults(sources, known),
    ...layerFaults(sources, known),
    ...loopFaults(sources, known),
  ]
}

function sizeFaults(sources: readonly SourceFile[]): string[] {
  return [...groupByFolder(sources)]
    .filter(([folder, paths]) => paths.length > MAX_FILES && !UNLIMITED.test(folder))
    .map(([folder, paths]) => `${folder}: has ${paths.length} source files; move some to subfolders; the limit is ${MAX_FILES}`)
}

function nameFaults(sources: readonly SourceFile[]): string[] {
  return [...groupByFolder(sources)].flatMap(([folder, paths]) => {
    const names = new Set(paths.map((path) => posix.basename(path, '.ts')))
    return [...names]
      .filter((name) => names.has(`${name}s`))
      .map((name) => `${folder}: ${name}.ts and ${name}s.ts are easily confused; rename one`)
  })
}

function entryFaults(sources: readonly SourceFile[], known: ReadonlySet<string>): string[] {
  return sources.flatMap(({ path, text }) =>
    listImports(text).flatMap(({ from, line }) => {
      const target = resolveImport(path, from, known)
      if (!target) return []
      const folder = posix.dirname(target)
      const index = posix.join(folder, 'index.ts')
      if (target === index || !known.has(index) || `${posix.dirname(path)}/`.startsWith(`${folder}/`)) return []
      return [`${path}:${line}: import from ${index} instead of ${posix.basename(target)}`]
    }),
  )
}

function layerFaults(sources: readonly SourceFile[], known: ReadonlySet<string>): string[] {
  return sources.flatMap(({ path, text }) =>
    listImports(text).flatMap(({ from, line }) => {
      const target = resolveImport(path, from, known)
      if (!target || findLayer(target) <= findLayer(path)) return []
      return [`${path}:${line}: imports ${target}, which is in a higher layer of core`]
    }),
  )
}

/** @returns the index in LAYERS. Files that compose the layers are above all. */
function findLayer(path: string): number {
  const matching = LAYERS.filter((folder) => path.startsWith(folder))
  const [longest] = matching.toSorted((a, b) => b.length - a.length)
  return longest === undefined ? LAYERS.length : LAYERS.indexOf(longest)
}

function loopFaults(sources: readonly SourceFile[], known: ReadonlySet<string>): string[] {
  const imported = new Map<string, Map<string, string>>()
  for (const { path, text } of sources)
    for (const { from } of listImports(text)) {
      const target = resolveImport(path, from, known)
      const [folder, other] = [posix.dirname(path), target && posix.dirname(target)]
      if (!other || other === folder) continue
      const folders = imported.get(folder) ?? new Map<string, string>()
      imported.set(folder, folders.set(other, path))
    }
  return findLoops(imported).map(
    (loop) =>
      `${loop[0] ?? ''}: folders import each other in a circle: ${loop
        .map((folder, index) => imported.get(folder)?.get(loop[(index + 1) % loop.length] ?? '') ?? folder)
        .join(' → ')}`,
  )
}

/** For each folder that is on a circle, the shortest circle through it; a circle is reported once. */
function findLoops(imported: ReadonlyMap<string, ReadonlyMap<string, string>>): string[][] {
  const loops = new Map<string, string[]>()
  for (const start of imported.keys()) {
    const loop = shortestLoop(start, imported)
    const key = loop?.toSorted().join(' ')
    if (loop && key && !loops.has(key)) loops.set(key, loop)
  }
  return [...loops.values()]
}

function shortestLoop(start: string, imported: ReadonlyMap<string, ReadonlyMap<string, string>>): string[] | undefined {
  const seen = new Set([start])
  let paths = [[start]]
  while (paths.length > 0) {
    const longer: string[][] = []
    for (const path of paths)
      for (const next of imported.get(path.at(-1) ?? '')?.keys() ?? []) {
        if (next === start) return path
        if (seen.has(next)) continue
        seen.add(next)
        longer.push([...path, next])
      }
    paths = longer
  }
  return undefined
}

function resolveImport(path: string, from: string, known: ReadonlySet<string>): string | undefined {
  if (!from.startsWith('.')) return undefined
  const target = posix.join(posix.dirname(path), from)
  return known.has(target) ? target : undefined
}

function groupByFolder(sources: readonly SourceFile[]): Map<string, string[]> {
  return Map.groupBy(
    sources.map(({ path }) => path),
    (path) => posix.dirname(path),
  )
}

if (import.meta.main) reportFaults(findTreeFaults(await readSources('ts')))
