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
 * A source map as it is kept beside a bundle: positions alone. Its sources are paths relative to the package, and name no directory of
 * the machine on which they were.
 *
 * @param map JSON text, version 3
 * @param skippedLines lines that the bundle has above the code to which the map belongs
 * @returns JSON text; undefined where it is no source map, or too long
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

/** `/home/…/node_modules/a/b.js`, `webpack://x/./a/b.js` and `../../a/b.js`: a package, else what can be said without a directory. */
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
