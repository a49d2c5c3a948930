import type { Block } from '../../blocks/index.ts'
import type { PluginRegistry } from '../../catalogue/registry/index.ts'
import type { PinnedBlocks } from './entities.ts'

/**
 * Loads the blocks that a graph version pins, by reference in its document, without blocks that are no longer stored.
 */
export async function loadPinnedBlocks(blocks: PinnedBlocks, plugins: PluginRegistry): Promise<Map<string, Block>> {
  const pinned = new Map<string, Block>()
  for (const [reference, { digest, id }] of Object.entries(blocks)) {
    const block = await plugins.pinned(digest, id)
    if (block) pinned.set(reference, block)
  }
  return pinned
}
