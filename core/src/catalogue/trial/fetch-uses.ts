import { SourceMap, type SourceMapPayload } from 'node:module'
import { transform } from 'esbuild'
import type { DraftBundle } from '../bundle/index.ts'

/** A location where a dependency uses the global `fetch`. */
interface FetchUse {
  /** Of the npm package. */
  packageName: string
  /** `node_modules/a/index.js:3:5` */
  position: string
}

const MARK = '__ashlar_global_fetch__'
const GLOBAL_OBJECTS = ['globalThis', 'self', 'window', 'global']
/** Makes the bundler rename `fetch` where no scope declares it. */
const DEFINE = Object.fromEntries(['fetch', ...GLOBAL_OBJECTS.map((name) => `${name}.fetch`)].map((name) => [name, MARK]))

/**
 * Finds the first use of the global `fetch` in each package of a bundle. A parameter, a variable or a property called
 * `fetch` is not the global one. A package that tests for it with `typeof` may use it.
 */
export async function findFetchUses({ code, map }: Pick<DraftBundle, 'code' | 'map'>): Promise<FetchUse[]> {
  if (!/\bfetch\b/.test(code)) return []
  const marked = await transform(code, { define: DEFINE, sourcemap: 'external', logLevel: 'silent' })
  const inBundle = new SourceMap(JSON.parse(marked.map) as SourceMapPayload)
  const inSource = new SourceMap(JSON.parse(map) as SourceMapPayload)
  const first = new Map<string, FetchUse | undefined>()
  for (const [row, line] of marked.code.split('\n').entries())
    for (const { 1: test, index } of line.matchAll(new RegExp(`(typeof )?${MARK}`, 'g'))) {
      const place = inBundle.findEntry(row, index + (test?.length ?? 0))
      if (!('originalLine' in place)) continue
      const origin = inSource.findEntry(place.originalLine, place.originalColumn)
      if (!('originalSource' in origin)) continue
      const use = toUse(origin.originalSource, `:${origin.originalLine + 1}:${origin.originalColumn + 1}`)
      if (!use) continue
      if (test !== undefined) first.set(use.packageName, undefined)
      else if (!first.has(use.packageName)) first.set(use.packageName, use)
    }
  return [...first.values()].filter((use) => use !== undefined)
}

function toUse(source: string, place: string): FetchUse | undefined {
  const path = source.slice(Math.max(0, source.lastIndexOf('node_modules/')))
  const packageName = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]
  return packageName === undefined || packageName.startsWith('@ashlar/') ? undefined : { packageName, position: path + place }
}
