import type { Block } from './block.ts'
import type { Provider } from './providers/index.ts'

/** The default export of a plugin's entry. */
export interface Plugin {
  /** Qualifies the names of its blocks: plugin `text`, block `replace` → `text/replace`. */
  readonly name: string
  /** The name of an icon of the Lucide set for blocks that have none of their own: `table-2`. @default 'box' */
  readonly icon?: string
  /** The heap limit for all blocks of the plugin together, in MB: 16 to 512. @default 128 */
  readonly memoryMb?: number
  /**
   * Whether each run of a block has its own context, which ends with the run, in a process that serves one user only.
   * For blocks that execute code of users. A run then takes some milliseconds longer. @default false
   */
  readonly isolated?: boolean
  readonly blocks: readonly Block[]
  /** External services that the blocks use. @default none */
  readonly providers?: readonly Provider[]
}

/**
 * Declares a plugin: `export default definePlugin({ name: 'text', blocks: [...] })`.
 *
 * @throws {TypeError} when the name is not lower case with dashes, two blocks have the same id or name, or two
 * providers have the same name.
 */
export function definePlugin(plugin: Plugin): Plugin {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(plugin.name))
    throw new TypeError(`plugin name must be like "my-plugin", got ${JSON.stringify(plugin.name)}`)
  assertUnique(plugin.name, 'blocks', 'id', plugin.blocks)
  assertUnique(plugin.name, 'blocks', 'name', plugin.blocks)
  assertUnique(plugin.name, 'providers', 'name', plugin.providers ?? [])
  return plugin
}

function assertUnique<Key extends string>(plugin: string, what: string, key: Key, all: readonly Record<Key, string>[]): void {
  const seen = new Set<string>()
  for (const { [key]: value } of all) {
    if (seen.has(value)) throw new TypeError(`plugin ${plugin}: two ${what} have the ${key} ${JSON.stringify(value)}`)
    seen.add(value)
  }
}
