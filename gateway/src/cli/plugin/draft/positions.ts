import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Block, Draft } from '@ashlar/core'

/** Where things stand in the source of a plugin, `src/slugify.ts:12:3`; undefined where that cannot be told. */
export interface Positions {
  block(block: Block): string | undefined
  /** A pin of a block, or one of its tests: by the key or the text under which it stands in the definition; else the block's own place. */
  within(block: Block, key: string): string | undefined
}

interface SourceText {
  path: string
  text: string
}

/** Finds a block by its id, which stands in the source nowhere else, and what belongs to it in the text behind that. */
export async function findPositions(folder: string, { plugin, bundle }: Draft): Promise<Positions> {
  const own = bundle.inputs.filter(({ path }) => !path.startsWith('../') && !path.includes('node_modules/'))
  const files = await Promise.all(own.map(async ({ path }) => ({ path, text: await readFile(join(folder, path), 'utf8') })))
  const places = new Map(plugin.blocks.map((block) => [block.id, placeOf(block, files)]))
  const ends = [...places.values()].filter((place) => place !== undefined)
  return {
    block({ id }) {
      const place = places.get(id)
      return place && positionAt(place, place.index)
    },
    within({ id }, key) {
      const place = places.get(id)
      if (!place) return undefined
      const next = ends.filter(({ path, index }) => path === place.path && index > place.index).map(({ index }) => index)
      const found = indexOfKey(place.text.slice(place.index, Math.min(...next, place.text.length)), key)
      return positionAt(place, place.index + Math.max(0, found))
    },
  }
}

type Place = SourceText & { index: number }

function placeOf({ id }: Block, files: readonly SourceText[]): Place | undefined {
  for (const { path, text } of files) {
    const index = text.indexOf(id)
    if (index >= 0) return { path, text, index: text.lastIndexOf('\n', index) + 1 + indentAt(text, index) }
  }
  return undefined
}

function indentAt(text: string, index: number): number {
  const line = text.slice(text.lastIndexOf('\n', index) + 1)
  return line.length - line.trimStart().length
}

/** `key:`, `'key':`, or a text that reads so: the first of them. */
function indexOfKey(text: string, key: string): number {
  const escaped = key.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return text.search(new RegExp(`(?<![\\w$])${escaped}\\s*:|(['"\`])${escaped}\\1`))
}

function positionAt({ path, text }: SourceText, index: number): string {
  const before = text.slice(0, index).split('\n')
  return `${path}:${before.length}:${(before.at(-1)?.length ?? 0) + 1}`
}
