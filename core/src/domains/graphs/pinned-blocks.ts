import type { Block } from '../../blocks/index.ts'
import type { PluginRegistry } from '../../catalogue/registry/index.ts'
import type { PinnedBlocks } from './entities.ts'

/**
 * Loads the blocks that a graph version pins, by reference in its document, without blocks that are no longer stored.
 */
export async function loadPinnedBlocks(blocks: PinnedBlocks, plugins: PluginRegistry): Promise<Map<string, Block>> {
  const loaded = await Promise.all(
    Object.entries(blocks).map(async ([reference, { digest, id }]) => [reference, await plugins.pinned(digest, id)] as const),
  )
  return new Map(loaded.flatMap(([reference, block]) => (block ? [[reference, block]] : [])))
}
