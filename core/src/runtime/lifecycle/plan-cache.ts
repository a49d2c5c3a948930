import type { EntityManager } from '@mikro-orm/postgresql'
import { AshlarError } from '../../base/index.ts'
import { GraphVersion } from '../../domains/graphs/index.ts'
import type { Block } from '../../blocks/index.ts'
import type { PluginRegistry } from '../../catalogue/registry/index.ts'
import { compilePlan, type Plan } from '../../engine/index.ts'

const MOST_KEPT = 500

/** Plans of graph versions, compiled once. A version never changes, so nothing is ever stale. */
export interface Plans {
  /** @returns by version id; an error where a version or a block it pins is gone: BLOCK_UNAVAILABLE NOT_FOUND */
  load(versionIds: readonly string[]): Promise<Map<string, Plan | AshlarError>>
}

export function createPlans(fork: () => EntityManager, plugins: PluginRegistry): Plans {
  const kept = new Map<string, Plan>()
  const keep = (versionId: string, plan: Plan): void => {
    kept.set(versionId, plan)
    const [oldest] = kept.keys()
    if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest)
  }
  return {
    async load(versionIds) {
      const loaded = new Map<string, Plan | AshlarError>()
      const missing = new Set(versionIds.filter((id) => !kept.has(id)))
      const versions = missing.size > 0 ? await fork().find(GraphVersion, { id: { $in: [...missing] } }) : []
      for (const version of versions) {
        const plan = await planOf(version, plugins)
        if (!(plan instanceof AshlarError)) keep(version.id, plan)
        loaded.set(version.id, plan)
      }
      for (const id of versionIds)
        if (!loaded.has(id)) loaded.set(id, kept.get(id) ?? new AshlarError('NOT_FOUND', `there is no graph version ${id}`))
      return loaded
    },
  }
}

async function planOf(version: GraphVersion, plugins: PluginRegistry): Promise<Plan | AshlarError> {
  const blocks = new Map<string, Block>()
  for (const [reference, { digest, id }] of Object.entries(version.blocks)) {
    const block = await plugins.pinned(digest, id)
    if (!block)
      return new AshlarError(
        'BLOCK_UNAVAILABLE',
        `block ${reference} (${id}) is not installed in the version that the graph was saved with`,
      )
    blocks.set(reference, block)
  }
  return compilePlan(
    version.document,
    (node) => {
      const block = blocks.get(node.block)
      if (!block) throw new Error(`version ${version.id} pins no block for ${node.block}`)
      return block
    },
    version.children,
  )
}
