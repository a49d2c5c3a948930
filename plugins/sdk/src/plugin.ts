import type { Block } from './block.ts'

/** What a plugin's entry exports by default. */
export interface Plugin {
  /** Qualifies the names of its blocks: plugin `text`, block `replace` → `text/replace`. */
  readonly name: string
  /** Heap that its blocks may use together, in MB: 16 to 512. @default 128 */
  readonly memoryMb?: number
  readonly blocks: readonly Block[]
}

/**
 * Declares a plugin: `export default definePlugin({ name: 'text', blocks: [...] })`.
 *
 * @throws {TypeError} when the name is not lower case with dashes, or two blocks share an id or a name.
 */
export function definePlugin(plugin: Plugin): Plugin {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(plugin.name))
    throw new TypeError(`plugin name must be like "my-plugin", got ${JSON.stringify(plugin.name)}`)
  assertUnique(plugin, 'id')
  assertUnique(plugin, 'name')
  return plugin
}

function assertUnique({ name, blocks }: Plugin, key: 'id' | 'name'): void {
  const seen = new Set<string>()
  for (const block of blocks) {
    if (seen.has(block[key])) throw new TypeError(`plugin ${name}: two blocks have the ${key} ${JSON.stringify(block[key])}`)
    seen.add(block[key])
  }
}
