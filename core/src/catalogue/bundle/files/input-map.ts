import { dirname, isAbsolute, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseDataUrl, decodeUrlPart } from './data-url.ts'
import type { ReadResult } from './within.ts'

/*
 * The bundler reads the source map that a file names, and the sources that the map names, from any path. It uses the last comment of a
 * file that names a map. Therefore this module appends a comment with a complete map to each file that names one.
 */

/** Other fields are ignored: `sections` contain further maps. */
interface SourceMap {
  version: 3
  sources: (string | null)[]
  sourcesContent: (string | null)[]
  sourceRoot: string
  names: string[]
  mappings: string
}

/** The comment may follow code on its line. */
const COMMENT = /(?:\/\/|\/\*)[#@][ \t]*sourceMappingURL=([^\s*'"]+)/g
/** The bundler ignores a map without mappings. */
const NO_MAP = '{}'

interface InputMapOptions {
  /** Reads a file of the package. */
  read(path: string): ReadResult
  /** Whether the bundle's own map contains the sources. */
  withSources: boolean
}

/**
 * Returns the text of a file with its source map inside.
 *
 * @returns undefined when the file names a source map outside the package
 */
export function inlineSourceMap(path: string, text: string, options: InputMapOptions): string | undefined {
  const url = Array.from(text.matchAll(COMMENT), ([, found = '']) => found).at(-1) ?? ''
  const found = readMap(url, path, options)
  if (found === 'OUTSIDE') return undefined
  const map = found ? JSON.stringify(completeMap(found, options)) : NO_MAP
  const comment = `# sourceMappingURL=data:application/json;base64,${Buffer.from(map).toString('base64')}`
  return `${text}\n${/\.css$/i.test(path) ? `/*${comment} */` : `//${comment}`}`
}

interface FoundMap {
  map: SourceMap
  /** Its sources are relative to this directory. */
  folder: string
}

/** @returns undefined when there is no valid map */
function readMap(url: string, path: string, { read }: InputMapOptions): FoundMap | 'OUTSIDE' | undefined {
  if (url.startsWith('data:')) return parseMap(String(parseDataUrl(url).contents), dirname(path))
  const file = resolveUrl(url, dirname(path))
  if (file === undefined) return undefined
  const result = read(file)
  if ('contents' in result) return parseMap(String(result.contents), dirname(file))
  return result.refusal === 'OUTSIDE' ? 'OUTSIDE' : undefined
}

function parseMap(text: string, folder: string): FoundMap | undefined {
  try {
    const map = JSON.parse(text) as Partial<Record<keyof SourceMap, unknown>> | null
    if (map?.version !== 3 || typeof map.mappings !== 'string' || !Array.isArray(map.sources)) return undefined
    return { map: { ...parseFields(map), version: 3, mappings: map.mappings }, folder }
  } catch {
    return undefined
  }
}

function parseFields(map: Partial<Record<keyof SourceMap, unknown>>): Omit<SourceMap, 'version' | 'mappings'> {
  const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])
  const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null)
  return {
    sources: list(map.sources).map(textOrNull),
    sourcesContent: list(map.sourcesContent).map(textOrNull),
    sourceRoot: textOrNull(map.sourceRoot) ?? '',
    names: list(map.names).map(String),
  }
}

/** Adds the content of each source, so that the bundler does not read it. The content of a source outside the package is empty. */
function completeMap({ map, folder }: FoundMap, { read, withSources }: InputMapOptions): Omit<SourceMap, 'sourceRoot'> {
  const { sources, sourcesContent, sourceRoot, names, mappings } = map
  const root = sourceRoot === '' ? '' : sourceRoot.replace(/\/*$/, '/')
  const paths = sources.map((source) => (source === null ? undefined : resolveUrl(root + source, folder)))
  const readContent = (path: string | undefined): string => {
    const result = path === undefined || !withSources ? undefined : read(path)
    return result && 'contents' in result ? String(result.contents) : ''
  }
  return {
    version: 3,
    sources: sources.map((source, i) => paths[i] ?? source),
    sourcesContent: paths.map((path, i) => sourcesContent[i] ?? readContent(path)),
    names,
    mappings,
  }
}

/** @returns undefined for a URL that is not a file */
function resolveUrl(url: string, folder: string): string | undefined {
  if (url.startsWith('file:')) return resolveFileUrl(url)
  const isUrl = /^[a-z][a-z\d+.-]+:/i.test(url) && !isAbsolute(url)
  return url === '' || isUrl ? undefined : resolve(folder, decodeUrlPart(url))
}

function resolveFileUrl(url: string): string | undefined {
  try {
    return fileURLToPath(url)
  } catch {
    return undefined
  }
}
