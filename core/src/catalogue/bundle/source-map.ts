import { z } from 'zod'

const MAX_MAP_CHARS = 20 * 1024 * 1024
const MAX_SOURCES = 10_000
const MAX_PATH_CHARS = 300

const schema = z.object({
  version: z.literal(3),
  sources: z.array(z.string().nullable()).max(MAX_SOURCES),
  mappings: z.string(),
})

/**
 * Converts a source map to the form that is stored with a bundle: positions only, with sources as paths relative to the package. It
 * contains no directory of the machine that made it.
 *
 * @param map JSON text, version 3
 * @param skippedLines the number of lines in the bundle before the code that the map describes
 * @returns JSON text; undefined when the map is invalid or too long
 */
export function trimSourceMap(map: string, skippedLines = 0): string | undefined {
  if (map.length > MAX_MAP_CHARS) return undefined
  const parsed = schema.safeParse(parseJson(map))
  if (!parsed.success) return undefined
  const { sources, mappings } = parsed.data
  return JSON.stringify({
    version: 3,
    sources: sources.map((source) => (source === null ? null : trimPath(source))),
    names: [],
    mappings: ';'.repeat(skippedLines) + mappings,
  })
}

/** `/home/…/node_modules/a/b.js`, `webpack://x/./a/b.js` and `../../a/b.js` become the path in a package, or a name without a directory. */
function trimPath(source: string): string {
  const path = source.replaceAll('\\', '/').replaceAll(/\p{Cc}/gu, '')
  const installed = path.lastIndexOf('node_modules/')
  if (installed >= 0) return path.slice(installed).slice(0, MAX_PATH_CHARS)
  const isForeign = /^(\/|[a-z][a-z0-9+.-]*:)/i.test(path)
  const trimmed = isForeign ? path.slice(path.lastIndexOf('/') + 1) : path.replace(/^(\.\.?\/)+/, '')
  return trimmed.slice(-MAX_PATH_CHARS)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
